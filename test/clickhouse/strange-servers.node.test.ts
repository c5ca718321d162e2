/**
 * Servers and clients that answer what no ClickHouse answers: an error of rowspace's, without a secret, and
 * nothing left open.
 */
import { expect, test } from 'vitest'
import type { ClickHouseOptions } from '../../src/clickhouse/options.ts'
import { openClickHouse, uploadTable } from '../../src/clickhouse.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { rejection } from '../formats/files.ts'

const SECRET = 'a secret %'
const at = (more: Partial<ClickHouseOptions>): ClickHouseOptions => ({
  url: 'http://127.0.0.1:9',
  table: 'words',
  password: SECRET,
  ...more,
})

/** A client with these answers to SELECTs, which counts how many of its kind are open. */
function fake(answer: (query: string) => unknown) {
  const counts = { open: 0 }
  const createClient = () => {
    counts.open++
    return {
      query: async ({ query }: { query: string }) => ({ json: async () => answer(query) }),
      exec: async () => ({ stream: [Buffer.from('x')] }),
      command: async () => {},
      close: async () => void counts.open--,
    }
  }
  return { createClient, counts }
}

test.each([undefined, null, 7, 'text', [], {}, { data: 7 }, { data: null }, { data: [7] }, { data: [null] }])(
  'the answer %j',
  async (answer) => {
    const { createClient, counts } = fake(() => answer)
    expect(await rejection(openClickHouse(at({ createClient })))).toMatchObject({
      code: 'IO',
      message: expect.stringMatching(/127\.0\.0\.1:9.*not the answer of a ClickHouse server/),
    })
    expect(counts.open).toBe(0)
  },
)

const DESCRIPTION = [1, 5, 2, 'f32', 0, 0, 5, '{}', '']

/** A server on which the table lies, with this description. */
const described = (description: unknown[]) =>
  fake((query) => {
    if (query.includes('system.tables')) return { data: [['words'], ['words_meta'], ['words_complete']] }
    if (query.includes('SELECT version FROM')) return { data: [[1]] }
    if (query.includes('chunk_rows')) return { data: [description] }
    return { data: [[0]] }
  })

test.each<[string, number, unknown]>([
  ['no size', 1, 'x'],
  ['a size of 0', 1, 0],
  ['a size with a fraction', 1, 1.5],
  ['no dimension', 2, null],
  ['no rows of a chunk', 6, 0],
  ['columns that are no JSON', 7, '{'],
  ['columns that are a list', 7, '[]'],
  ['columns that are null', 7, 'null'],
  ['columns of another type', 7, '{"a":"int"}'],
])('a description with %s', async (_, place, value) => {
  const { createClient, counts } = described(DESCRIPTION.with(place, value as never))
  expect(await rejection(openClickHouse(at({ createClient })))).toMatchObject({
    code: 'INVALID_FORMAT',
    message: expect.stringMatching(/not as rowspace wrote it/),
  })
  expect(counts.open).toBe(0)
})

test('an answer without a row, and one in binary that breaks off', async () => {
  const empty = fake((query) => ({ data: query.includes('system.tables') ? [['words_meta']] : [] }))
  expect(await rejection(openClickHouse(at({ createClient: empty.createClient })))).toMatchObject({
    code: 'UNSUPPORTED',
  })
  const short = described(DESCRIPTION)
  expect(await rejection(openClickHouse(at({ createClient: short.createClient })))).toMatchObject({
    code: 'TRUNCATED',
  })
  expect([empty.counts.open, short.counts.open]).toEqual([0, 0])
})

test('a client that cannot be made: why, without the password', async () => {
  const createClient = ({ password }: Record<string, unknown>) => {
    throw new Error(`no client with ${password} and ${encodeURIComponent(String(password))}`)
  }
  const error = await rejection(openClickHouse(at({ createClient })))
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(error.message).toContain('no client with *** and ***')
})

test.each(['http://%zz:%zz@127.0.0.1:9', 'http://user:p%25%ff@127.0.0.1:9'])(
  'the address %s',
  async (url) => {
    const { createClient } = fake(() => 7)
    const error = await rejection(openClickHouse(at({ url, createClient, password: undefined })))
    expect(error.message).not.toMatch(/%zz|%ff/)
    expect(error.code).toBe('IO')
  },
)

test('half a surrogate pair in a password', async () => {
  const { createClient } = fake(() => 7)
  expect((await rejection(openClickHouse(at({ createClient, password: '\ud800' })))).code).toBe('IO')
})

test('one address of several is wrong: the other connections are closed', async () => {
  const { createClient, counts } = fake(() => ({ data: [[2, 1]] }))
  const table = await EmbeddingTable.from([1, 2], { dimension: 1 })
  const servers = ['http://127.0.0.1:9', 'http://127.0.0.1:10', 'no address']
  expect(
    (await rejection(uploadTable(table, { ...at({ createClient }), cluster: 'two', servers }))).code,
  ).toBe('INVALID_ARGUMENT')
  expect(counts.open).toBe(0)
})
