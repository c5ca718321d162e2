/** What viewTable and writeIndex are given: used, or rejected. */
import { expect, test } from 'vitest'
import type { ByteSource } from '../../src/sources/source.ts'
import { viewTable } from '../../src/stored/view-table.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { base64Of, rejection } from '../formats/files.ts'
import { makeTable } from '../oracle/tables.ts'
import { served } from '../servers/faults.ts'
import { expectSame, fileOf, indexOf } from './both.ts'

const MADE = makeTable(600, 24, 'plain', 6)
const FILE = fileOf(MADE)
const INDEX = await indexOf(FILE)
const NAMES = Array.from({ length: 600 }, (_, id) => `name ${id}`)

test('the first rows need an index of the first rows', async () => {
  await using whole = await viewTable(FILE, { index: INDEX, limit: 300 })
  expect(await rejection(whole.nearest(3))).toMatchObject({
    code: 'CHANGED',
    message: expect.stringMatching(
      /shape was 600 x 24, and is 300 x 24. View the table without limit, or make/,
    ),
  })
  const index = await indexOf(FILE, { limit: 300 })
  await using all = await viewTable(FILE, { index })
  expect(await rejection(all.nearest(3))).toMatchObject({ code: 'CHANGED' })
  await using first = await viewTable(FILE, { index, limit: 300 })
  const tokens = NAMES.slice(0, 300).map((_, id) => `token ${id}`)
  using table = await EmbeddingTable.from(MADE.flat.slice(0, 300 * 24), { dimension: 24, tokens })
  expectSame(await first.nearest('token 3'), table.nearest(3))
  expect(await rejection(first.row('token 300'))).toMatchObject({ code: 'UNKNOWN_TOKEN' })
})

test('tokens of all rows are cut as the rows are', async () => {
  await using stored = await viewTable(FILE, { tokens: NAMES, limit: 10 })
  expect([await stored.id('name 9'), await stored.token(3)]).toEqual([9, 'name 3'])
  expect(await rejection(stored.id('name 10'))).toMatchObject({ code: 'UNKNOWN_TOKEN' })
})

test('words from a file name the rows', async () => {
  const words = new TextEncoder().encode(JSON.stringify(NAMES))
  await using stored = await viewTable(FILE, { words, index: INDEX })
  const [best] = (await stored.nearest('name 3', { includeInputs: true })).toArray()
  expect(best).toMatchObject({ id: 3, token: 'name 3' })
  const latin = Uint8Array.from(NAMES.map((_, id) => `\u00e9${id}\n`).join(''), (c) => c.charCodeAt(0))
  await using other = await viewTable(FILE, { words: latin, encoding: 'latin1' })
  expect(await other.id('é7')).toBe(7)
})

test.each(['dtype', 'counts', 'nonFinite', 'codes', 'shards'])('%s is no option of a view', async (name) => {
  const given = { [name]: 'int8' }
  expect(await rejection(viewTable(FILE, given))).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(name),
  })
  if (name === 'codes') return
  expect(await rejection(indexOf(FILE, given))).toMatchObject({ code: 'INVALID_ARGUMENT' })
})

test('threads are checked, with a worker of one’s own too', async () => {
  for (const threads of [0, 'many', { count: 0, worker: 'worker.js' }, { count: 2, worker: 5 }]) {
    await using stored = await viewTable(FILE, { index: INDEX, threads: threads as 1 })
    expect(await rejection(stored.nearest(3))).toMatchObject({ code: 'INVALID_ARGUMENT' })
  }
  await using stored = await viewTable(FILE, { index: INDEX, threads: { count: 1, worker: 'worker.js' } })
  expect((await stored.nearest(3)).length).toBe(10)
})

test('a signal stops the opening alone', async () => {
  const { url } = await served({ size: FILE.length, content: base64Of(FILE) })
  const controller = new AbortController()
  await using stored = await viewTable(new URL(url), { signal: controller.signal })
  controller.abort(new Error('too late'))
  expect((await stored.row('token 3')).length).toBe(24)
  // the index is looked for now
  expect(await rejection(stored.nearest(3))).toMatchObject({ code: 'NOT_FOUND' })
  const stopped = viewTable(FILE, { signal: AbortSignal.abort(new Error('at once')) })
  await expect(stopped).rejects.toThrow('at once')
})

test('without room for rows, a row that is asked for twice is read once', async () => {
  await using stored = await viewTable(FILE, { cacheBytes: 0 })
  const row = MADE.rows[5]!
  expect(await stored.gather([5, 5, 'token 5'])).toEqual(Float32Array.of(...row, ...row, ...row))
  expect(stored.traffic.requests).toBe(1)
  expect(await stored.similarity(5, 'token 5')).toBeCloseTo(1, 6)
  expect(stored.traffic.requests).toBe(2)
})

test('the rows of a question count among its reads', async () => {
  await using stored = await viewTable(FILE, { index: INDEX, cacheBytes: 0 })
  const { stats } = await stored.nearest(5, { k: 1 })
  expect(stats.bytes).toBe((stats.rescored + 1) * 24 * 4)
  const { stats: none } = await stored.nearest(5, { k: 0 })
  expect(none).toEqual({ rescored: 0, requests: 1, bytes: 24 * 4 })
})

test('a table of one row', async () => {
  const made = makeTable(1, 5, 'plain', 3)
  const file = fileOf(made)
  using table = await EmbeddingTable.from(made.flat, { dimension: 5, tokens: ['token 0'] })
  for (const codes of ['int8', 'int4'] as const) {
    await using stored = await viewTable(file, { index: await indexOf(file, { codes }) })
    for (const options of [{}, { includeInputs: true }, { k: 0 }, { exclude: [0] }]) {
      expectSame(await stored.nearest(0, options), table.nearest(0, options))
      expectSame(await stored.nearest(made.flat, options), table.nearest(made.flat, options))
    }
    expect(await stored.randomIds(1)).toEqual(table.randomIds(1))
  }
})

/** An npy file of rows of two numbers: all of them (1, 1), but for the last, which is (3, 4). */
function ofManyRows(size: number): ByteSource {
  const header = `{"descr": "<f4", "fortran_order": False, "shape": (${size}, 2), }`.padEnd(117)
  const head = Uint8Array.from(`\x93NUMPY\x01\x00\x76\x00${header}\n`, (letter) => letter.charCodeAt(0))
  const lastRow = head.length + (size - 1) * 8
  return {
    name: 'large.npy',
    size: lastRow + 8,
    async read(start, end) {
      const bytes = new Uint8Array(end - start)
      bytes.set(head.subarray(start, end))
      if (start >= head.length) new Float32Array(bytes.buffer).set(start === lastRow ? [3, 4] : [1, 1])
      return bytes
    },
  }
}

test('rows beyond the two billionth, up to the last that has an id', async () => {
  for (const size of [3_000_000_000, 2 ** 32]) {
    const last = size - 1
    await using stored = await viewTable(ofManyRows(size))
    expect(stored.size).toBe(size)
    expect([...(await stored.row(last))]).toEqual([3, 4])
    const scores = await stored.scores([3, 4], [last, 2 ** 31 + 1])
    expect([...scores.ids]).toEqual([last, 2 ** 31 + 1])
    expect([...scores.dots]).toEqual([25, 7])
    expect(await rejection(stored.row(size))).toMatchObject({ code: 'ID_OUT_OF_RANGE' })
  }
  expect(await rejection(viewTable(ofManyRows(2 ** 32 + 1)))).toMatchObject({ code: 'UNSUPPORTED' })
})
