/**
 * Statements are ended when they are given up, and what goes wrong is an error that names server, table and
 * remedy.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { openClickHouse } from '../../src/clickhouse.ts'
import { rejection } from '../formats/files.ts'
import type { MemoryEngine } from './engine/memory-engine.ts'
import { both, on } from './memory.ts'

const flat = Float32Array.from({ length: 60 }, (_, i) => Math.sin(i + 1))
let engine: MemoryEngine
beforeEach(async () => {
  const made = await both(flat, 3)
  engine = made.engine
  await made.cluster.close()
})

const last = () => engine.statements.at(-1)

test('a client gets the address without user and password, and a longer timeout than rowspace has', async () => {
  const tls = { ca_cert: 'x' }
  await openClickHouse({
    ...on(engine),
    url: 'http://me:p%25w@localhost:8123',
    timeoutMilliseconds: 5_000,
    tls,
  })
  expect(engine.configurations.at(-1)).toMatchObject({
    url: 'http://localhost:8123/',
    username: 'me',
    password: 'p%w',
    request_timeout: 65_000,
    tls,
  })
  await openClickHouse({ ...on(engine), username: 'you', password: '' })
  expect(engine.configurations.at(-1)).toMatchObject({
    username: 'you',
    password: '',
    request_timeout: 360_000,
  })
  expect(engine.configurations.at(-1)).not.toHaveProperty('tls')
  await openClickHouse({ ...on(engine), url: 'https://localhost' })
  expect(engine.configurations.at(-1)).toMatchObject({ username: 'default', password: '' })
})

test('settings of the caller come after those of rowspace; long statements get room', async () => {
  const cluster = await openClickHouse({
    ...on(engine),
    settings: { max_memory_usage: 7, wait_end_of_query: 0 },
  })
  await cluster.row(1)
  expect(last()?.clickhouse_settings).toEqual({
    skip_unavailable_shards: 0,
    wait_end_of_query: 0,
    max_memory_usage: 7,
  })
  expect(last()?.query_id).toMatch(/^rowspace-[0-9a-f-]{36}$/)
  await cluster.tokenIds(['x'.repeat(65_536)])
  expect(last()?.clickhouse_settings).toMatchObject({ max_query_size: 4 * (last()?.query.length ?? 0) })
})

test('ids and tokens are sent in parts', async () => {
  const cluster = await openClickHouse(on(engine))
  const sent = async (call: () => Promise<unknown>) => {
    const before = engine.statements.length
    await call()
    return engine.statements.length - before
  }
  const tokens = Array.from({ length: 2_000 }, (_, id) => `t${id}`)
  expect(await sent(() => cluster.tokenIds(tokens))).toBe(1)
  expect(await sent(() => cluster.tokenIds([...tokens, 't0']))).toBe(1)
  expect(await sent(() => cluster.tokenIds([...tokens, 'more']))).toBe(2)
  expect(await sent(() => cluster.tokenIds([]))).toBe(0)
  expect(await sent(() => cluster.gather([1, 2, 1]))).toBe(1)
  // half a surrogate pair is no token, and is not sent
  expect(await sent(() => cluster.tokenIds(['\ud800']))).toBe(0)
  expect(await rejection(cluster.id('\ud800'))).toMatchObject({
    code: 'UNKNOWN_TOKEN',
    details: { token: '\ud800' },
  })
})

test('a token is found as it is written, else with a leading space; of two rows the first', async () => {
  const rows = engine.rows('default.words')
  for (const [id, token] of [' king', 'king', ' queen', 'two', 'two'].entries()) {
    rows[id] = new Map([...(rows[id] ?? []), ['token', token]])
  }
  const cluster = await openClickHouse(on(engine))
  expect(await cluster.id('king')).toBe(1)
  expect(await cluster.id('queen')).toBe(2)
  expect(await cluster.id('two')).toBe(3)
  expect(await cluster.tokenIds(['queen', ' queen'])).toEqual(new Map([[' queen', 2]]))
  const error = await rejection(cluster.nearest('kign'))
  expect(error).toMatchObject({ code: 'UNKNOWN_TOKEN', details: { token: 'kign' } })
  expect(error.message).toBe('"kign" is not a token of table default.words on http://localhost:8123.')
})

describe('a statement that is given up', () => {
  const isScan = (query: string) => query.includes('AS bound')
  const killed = () => engine.statements.filter(({ query }) => query.startsWith('KILL QUERY'))

  test('after the time given is ended on the server', async () => {
    const cluster = await openClickHouse({ ...on(engine), timeoutMilliseconds: 60 })
    engine.before = (query) =>
      isScan(query) ? new Promise((resolve) => setTimeout(resolve, 200)) : undefined
    expect(await rejection(cluster.nearest(1))).toMatchObject({
      code: 'IO',
      message: expect.stringContaining('no answer within 60 ms, so the query was ended'),
      details: {
        reason: 'TIMEOUT',
        milliseconds: 60,
        server: 'http://localhost:8123',
        table: 'default.words',
      },
    })
    const id = engine.statements.find(({ query }) => isScan(query))?.query_id ?? ''
    await expect
      .poll(() => killed().at(-1)?.query)
      .toBe(`KILL QUERY WHERE substring(query_id, 1, ${id.length}) = '${id}' SYNC`)
  })

  test('by its signal rejects with the reason, and is ended on the server', async () => {
    const cluster = await openClickHouse(on(engine))
    const reason = new Error('no longer wanted')
    const controller = new AbortController()
    const before = killed().length
    engine.before = (query) => {
      // a server that is gone ends nothing, and that is no error
      if (query.startsWith('KILL')) throw new Error('ECONNREFUSED')
      if (isScan(query)) controller.abort(reason)
    }
    await expect(cluster.nearest(1, { signal: controller.signal })).rejects.toBe(reason)
    expect(killed()).toHaveLength(before + 1)
    // one that was answered is not ended later
    engine.before = () => {}
    const late = new AbortController()
    await cluster.nearest(1, { signal: late.signal })
    late.abort()
    expect(killed()).toHaveLength(before + 1)
  })
})

describe('an error of the server', () => {
  const failing = async (error: unknown) => {
    engine.before = () => {}
    const cluster = await openClickHouse({ ...on(engine), password: 's3cret pass' })
    engine.before = () => {
      throw error
    }
    return rejection(cluster.row(1))
  }

  test.each([
    ['81', 'NOT_FOUND', 'no such database'],
    ['60', 'NOT_FOUND', 'no such table'],
    ['170', 'NOT_FOUND', 'no such cluster'],
    ['516', 'ACCESS_DENIED', 'user or password is wrong'],
    ['497', 'ACCESS_DENIED', 'may not do that'],
    ['241', 'OUT_OF_MEMORY', 'raise max_memory_usage'],
    ['159', 'IO', 'it took too long'],
    ['394', 'IO', 'was ended on the server'],
    ['279', 'IO', 'a shard cannot be reached'],
    ['202', 'IO', 'too many queries'],
    ['62', 'INVALID_ARGUMENT', 'did not understand'],
    ['47', 'INVALID_FORMAT', 'not as rowspace made it'],
    ['999', 'IO', 'rejected the statement'],
    ['ECONNRESET', 'IO', 'cannot be reached or went away'],
  ])('%s is %s', async (engineCode, code, message) => {
    const details = { engineCode, server: 'http://localhost:8123', table: 'default.words' }
    const given = Object.assign(new Error('why'), { code: engineCode })
    const error = await failing(given)
    expect(error).toMatchObject({ code, details, message: expect.stringContaining(message) })
    expect(error.message).toMatch(/^http:\/\/localhost:8123, table default\.words: .*\(why\)$/)
    expect(error.details.reason).toBe(code === 'IO' ? 'NETWORK' : undefined)
    // servers older than 2020 name the code in the text alone
    if (/^\d+$/.test(engineCode))
      expect(await failing(new Error(`Code: ${engineCode}, e.text`))).toMatchObject({ code })
  })

  test.each(['fetch failed', 'socket hang up', 'connect ECONNREFUSED 127.0.0.1:9'])('%s', async (message) => {
    expect((await failing(new TypeError(message))).message).toContain('cannot be reached')
  })

  test('is shown on one line, shortened, without the password, whole or encoded', async () => {
    const error = await failing(new Error(`a  s3cret pass\n and s3cret%20pass ${'x'.repeat(266)}s3cret pass`))
    expect(error.message).toContain('(a *** and *** x')
    expect(error.message).toMatch(/x\*\*\*\)$/)
    expect((await failing(new Error('y'.repeat(301)))).message).toMatch(/\(y{300}…\)$/)
    expect((await failing(new Error('y'.repeat(300)))).message).toMatch(/\(y{300}\)$/)
  })

  test.each([undefined, null, 'text', 7])('that is %s', async (thrown) => {
    expect((await failing(thrown)).message).toContain(`(${thrown})`)
  })
})

describe('a table that is not there', () => {
  test('or whose database is not', async () => {
    const absent = await rejection(openClickHouse(on(engine, 'other')))
    expect(absent).toMatchObject({ code: 'NOT_FOUND', details: { table: 'default.other' } })
    expect(absent.message).toContain('rowspace has no such table there')
    const elsewhere = await rejection(openClickHouse({ ...on(engine), database: 'elsewhere' }))
    expect(elsewhere).toMatchObject({ code: 'NOT_FOUND', details: { database: 'elsewhere' } })
    expect(engine.open).toBe(0)
  })

  test('in full, or of another version', async () => {
    const meta = engine.rows('default.words_meta')
    meta[0] = new Map([...(meta[0] ?? []), ['version', 2]])
    expect(await rejection(openClickHouse(on(engine)))).toMatchObject({
      code: 'UNSUPPORTED',
      details: { version: 2 },
    })
    meta[0] = new Map([...(meta[0] ?? []), ['version', 1]])
    engine.tables.delete('default.words_complete')
    expect(await rejection(openClickHouse(on(engine)))).toMatchObject({ code: 'TRUNCATED' })
    expect(engine.open).toBe(0)
  })
})

describe('rows that somebody else changed', () => {
  test('are noticed by their number', async () => {
    const cluster = await openClickHouse(on(engine))
    const rows = engine.rows('default.words')
    rows.push(...rows.slice(0, 1))
    const message = expect.stringContaining('it has 21 rows where 20 were uploaded')
    for (const call of [
      () => cluster.nearest(3),
      () => cluster.nearestBatch([3, 4]),
      () => openClickHouse(on(engine)),
    ]) {
      expect(await rejection(call())).toMatchObject({ code: 'CHANGED', message })
    }
  })

  test('are noticed where the answer has none, nor how many there are', async () => {
    const createClient = (configuration: Record<string, unknown>) => {
      const client = engine.createClient(configuration)
      type Sent = Parameters<typeof client.exec>[0]
      const exec = async (statement: Sent) =>
        statement.query.includes('AS bound') ? { stream: [] } : client.exec(statement)
      return { ...client, exec }
    }
    const cluster = await openClickHouse({ ...on(engine), createClient })
    expect(await rejection(cluster.nearest(3))).toMatchObject({
      code: 'CHANGED',
      message: expect.stringContaining('it has 0 rows where 20 were uploaded'),
    })
  })

  test('are noticed where they are missing, of another length, or not finite', async () => {
    const cluster = await openClickHouse(on(engine))
    const rows = engine.rows('default.words')
    const [row] = rows.splice(5, 1)
    expect(await rejection(cluster.row(5))).toMatchObject({ code: 'CHANGED' })
    rows.push(new Map([...(row ?? []), ['row', [1, 2]]]))
    expect(await rejection(cluster.row(5))).toMatchObject({ code: 'INVALID_FORMAT', details: { row: 5 } })
    rows.splice(-1, 1, new Map([...(row ?? []), ['row', [1, Number.NaN, 2]]]))
    expect(await rejection(cluster.nearest(1))).toMatchObject({
      code: 'NON_FINITE',
      details: { row: 5, column: 1 },
    })
  })
})

test('every call of a table that was closed says so', async () => {
  const closed = await openClickHouse(on(engine))
  const { open } = engine
  await closed.close()
  await closed.close()
  expect(engine.open).toBe(open - 1)
  for (const promise of [
    closed.id(1),
    closed.token(1),
    closed.row(1),
    closed.gather([1]),
    closed.similarity(1, 2),
    closed.tokenIds(['x']),
    closed.inspect(),
    closed.combine({ positive: [Float32Array.of(1, -2, 3, 0.5)] }),
    closed.nearest(1),
    closed.nearestBatch([1]),
    closed.analogy({ positive: [1] }),
    closed.analogyBatch([{ positive: [1] }]),
  ]) {
    expect((await rejection(promise)).code).toBe('DISPOSED')
  }
})
