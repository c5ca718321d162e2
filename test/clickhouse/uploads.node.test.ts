/** Uploads continue where they stopped, send nothing twice, and leave other tables as they are. */

import { beforeEach, expect, test } from 'vitest'
import { openClickHouse, type RowSource, type UploadProgress, uploadTable } from '../../src/clickhouse.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { rejection } from '../formats/files.ts'
import { makeTable } from '../oracle/tables.ts'
import { expectSame } from '../table/async-table.ts'
import { MemoryEngine } from './engine/memory-engine.ts'
import { on } from './memory.ts'

const SIZE = 1_000
const DIMENSION = 3
const { flat } = makeTable(SIZE, DIMENSION, 'plain', 41)
const TABLE = 'default.words'

let engine: MemoryEngine
let local: EmbeddingTable
beforeEach(async () => {
  engine = new MemoryEngine()
  local = await EmbeddingTable.from(flat, { dimension: DIMENSION })
})
const at = () => ({ ...on(engine), rowsAtOnce: 4 })

const inserted = () => engine.statements.filter(({ values }) => values !== undefined)

test('rows, codes, lengths and metadata are stored; missing values are null', async () => {
  const columns = { year: 'number', 'my name': 'string', new: 'boolean' } as const
  const values = [
    { year: -1.5, 'my name': "it's", new: true },
    { year: null, 'my name': '', new: false },
    { new: undefined },
    undefined,
    null,
  ]
  const tokens = ['a', ' b', 'ü🗼', 'x'.repeat(300), '']
  const small = await EmbeddingTable.from(Float32Array.of(127, -254, 0, 0, 1, 1, 3, 0, 0.5, 0), {
    dimension: 2,
    tokens,
  })
  const seen: unknown[] = []
  const metadata = (id: number, token: string | undefined) => {
    seen.push([id, token])
    return values[id] as never
  }
  await uploadTable(small, { ...on(engine), columns, metadata })
  expect(seen).toEqual(tokens.map((token, id) => [id, token]))
  const rows = engine.rows(TABLE)
  expect(rows.map((row) => row.get('token'))).toEqual(tokens)
  expect(rows.map((row) => row.get('codes'))).toEqual([
    [64, -127],
    [0, 0],
    [127, 127],
    [127, 0],
    [127, 0],
  ])
  expect(rows.map((row) => row.get('norm'))).toEqual([Math.sqrt(127 ** 2 + 254 ** 2), 0, Math.SQRT2, 3, 0.5])
  expect(rows.map((row) => row.get('scale'))).toEqual(
    [254, 0, 1, 3, 0.5].map((most) => Math.fround(most / 127)),
  )
  expect(
    rows.map((row) => [row.get('metadata_year'), row.get('metadata_my name'), row.get('metadata_new')]),
  ).toEqual([
    [-1.5, "it's", 1],
    [null, '', 0],
    [null, null, null],
    [null, null, null],
    [null, null, null],
  ])
  const [, ...zeros] = rows.map((row) => Number(row.get('residual')))
  expect(zeros[0]).toBe(0)
  // 127 = 2 · 64 − 1, of a length of 284
  expect(rows[0]?.get('residual')).toBeCloseTo(1 / Math.hypot(127, 254), 6)
  expect(Number(rows[0]?.get('residual'))).toBeGreaterThan(1 / Math.hypot(127, 254))
})

test('without codes none are stored', async () => {
  await uploadTable(local, { ...at(), codes: false })
  expect(engine.rows(TABLE).every((row) => (row.get('codes') as []).length === 0)).toBe(true)
  const cluster = await openClickHouse(on(engine))
  expect(cluster.kernels).toEqual({ alone: 'arrays', shared: 'arrays' })
  expectSame(await cluster.nearest(3), local.nearest(3))
  expect(await rejection(openClickHouse({ ...on(engine), kernel: 'codes' }))).toMatchObject({
    code: 'UNSUPPORTED',
  })
})

test('kernels are chosen by what the table and the engine have', async () => {
  await uploadTable(local, at())
  const kernels = async () => (await openClickHouse(on(engine))).kernels
  expect(await kernels()).toEqual({ alone: 'codes', shared: 'codes' })
  const product = openClickHouse({ ...on(engine), kernel: 'dotProduct' })
  expect((await rejection(product)).message).toContain('no function dotProduct')
  engine.hasDotProduct = true
  expect(await kernels()).toEqual({ alone: 'codes', shared: 'dotProduct' })
  const arrays = await openClickHouse({ ...on(engine), kernel: 'arrays' })
  expect(arrays.kernels).toEqual({ alone: 'arrays', shared: 'arrays' })
})

test('a table describes itself', async () => {
  const columns = { year: 'number' } as const
  await uploadTable(local, { ...at(), columns })
  const cluster = await openClickHouse(on(engine))
  expect(cluster).toMatchObject({ size: SIZE, dimension: DIMENSION, dtype: 'f32', hasTokens: false, columns })
  expect(cluster.cluster).toBe('')
  expect(await cluster.inspect()).toEqual({ version: '1.2.3', shards: 1, storedBytes: 1_000 })
  expect(await rejection(cluster.id('a'))).toMatchObject({ code: 'NO_TOKENS' })
  expect(await cluster.tokenIds(['a'])).toEqual(new Map())
})

test('progress counts rows, those that were there too', async () => {
  const progress: UploadProgress[] = []
  const onProgress = (step: UploadProgress) => void progress.push(step)
  expect(await uploadTable(local, { ...at(), rowsAtOnce: 400, onProgress })).toEqual({
    size: SIZE,
    dimension: DIMENSION,
    sent: SIZE,
  })
  expect(progress).toEqual([0, 400, 800, 1_000].map((done) => ({ phase: 'upload', done, total: SIZE })))
  progress.length = 0
  expect((await uploadTable(local, { ...at(), onProgress })).sent).toBe(0)
  expect(progress).toEqual([{ phase: 'upload', done: SIZE, total: SIZE }])
})

test('what onProgress throws is reported after the upload', async () => {
  const warnings: unknown[] = []
  const listen = (error: Error) => void warnings.push(error.message)
  process.on('warning', listen)
  let calls = 0
  const onProgress = () => {
    throw calls++ === 0 ? new Error('no bar') : new Error('another')
  }
  expect((await uploadTable(local, { ...at(), onProgress })).sent).toBe(SIZE)
  await expect.poll(() => warnings).toContain('no bar')
  expect(warnings).not.toContain('another')
  process.removeListener('warning', listen)
})

test('chunks are of about 16 MB where nothing else is said', async () => {
  const read = (start: number, end: number) => ({ rows: new Float32Array((end - start) * 100).fill(1) })
  await uploadTable({ size: 40_000, dimension: 100, read }, on(engine))
  expect(inserted()).toHaveLength(3)
  expect(engine.rows(`${TABLE}_meta`)[0]?.get('chunk_rows')).toBe(1 << 14)
})

test('an upload that broke off continues: only what is missing is read again', async () => {
  let reads: number[] = []
  let isBroken = true
  const source: RowSource = {
    size: SIZE,
    dimension: DIMENSION,
    read(start, end) {
      if (isBroken && start === 320) throw new Error('the disk is gone')
      reads.push(start)
      return { rows: flat.slice(start * DIMENSION, end * DIMENSION) }
    },
  }
  const options = { ...at(), rowsAtOnce: 64 }
  await expect(uploadTable(source, options)).rejects.toThrow('the disk is gone')
  expect(reads).toEqual([0, 64, 128, 192, 256])
  expect(await rejection(openClickHouse(on(engine)))).toMatchObject({ code: 'TRUNCATED' })
  isBroken = false
  reads = []
  expect((await uploadTable(source, options)).sent).toBe(SIZE - 320)
  // before that, the first and the last row of each chunk that is there are compared
  expect(reads.slice(0, 10).sort((a, b) => a - b)).toEqual([0, 63, 64, 127, 128, 191, 192, 255, 256, 319])
  expect(reads.slice(10)).toEqual([320, 384, 448, 512, 576, 640, 704, 768, 832, 896, 960])
  const cluster = await openClickHouse(on(engine))
  expect(await cluster.row(777)).toEqual(flat.slice(777 * DIMENSION, 778 * DIMENSION))
  expect(engine.open).toBe(1)
})

test('an aborted upload continues where it was', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const onProgress = ({ done }: UploadProgress) => {
    if (done >= 512) controller.abort(reason)
  }
  await expect(uploadTable(local, { ...at(), signal: controller.signal, onProgress })).rejects.toBe(reason)
  expect((await uploadTable(local, at())).sent).toBe(SIZE - 512)
})

test('an upload first ends the inserts of an earlier one, and of no other table', async () => {
  const places = [
    { database: 'default', table: 'words' },
    { database: 'default', table: 'words-2' },
    { database: 'default', table: 'words.x' },
    { database: 'default.words', table: 'x' },
  ]
  const uploads: { start: string; insert: string }[] = []
  for (const place of places) {
    engine = new MemoryEngine()
    await uploadTable(local, { ...at(), ...place, rowsAtOnce: SIZE })
    const kill = /^KILL QUERY WHERE substring\(query_id, 1, (\d+)\) = '(.*)' SYNC$/
    const [, length, start = ''] = kill.exec(engine.statements[0]?.query ?? '') ?? []
    expect(Number(length)).toBe(start.length)
    uploads.push({ start, insert: inserted()[0]?.query_id ?? '' })
  }
  const ended = uploads.map(({ start }) => uploads.map(({ insert }) => insert.startsWith(start)))
  expect(ended).toEqual(places.map((own) => places.map((other) => own === other)))
})

test('rows that are there twice or in part are dropped by partition and sent again', async () => {
  await uploadTable(local, at())
  engine.tables.delete(`${TABLE}_complete`)
  const rows = engine.rows(TABLE)
  // of partitions of 64 chunks of 4 rows, the second has a row twice, the fourth one too few
  rows.push(...rows.slice(300, 301))
  rows.splice(999, 1)
  inserted().length = 0
  expect((await uploadTable(local, at())).sent).toBe(256 + (SIZE - 768))
  expect(rows.map((row) => Number(row.get('id'))).sort((a, b) => a - b)).toEqual([...Array(SIZE).keys()])
})

test('rows that do not come are noticed at the end', async () => {
  engine.before = (query) => {
    if (query.startsWith('CREATE VIEW') && query.includes('_complete'))
      throw new Error('it was called complete')
    if (query.startsWith('SELECT intDiv') && engine.tables.get(TABLE)?.length === SIZE)
      engine.rows(TABLE).splice(8, 1)
  }
  expect(await rejection(uploadTable(local, at()))).toMatchObject({
    code: 'IO',
    message: expect.stringContaining('of rows 8 to 11 the servers have 3 after the upload'),
    details: { reason: 'INCOMPLETE' },
  })
})

test('another table of this name is left as it is, until it is to be overwritten', async () => {
  await uploadTable(local, at())
  const other = await EmbeddingTable.from(makeTable(SIZE, DIMENSION, 'plain', 18).flat, {
    dimension: DIMENSION,
  })
  const wide = await EmbeddingTable.from(makeTable(50, 7, 'plain', 1).flat, { dimension: 7 })
  const conflict = async (promise: Promise<unknown>) => {
    const error = await rejection(promise)
    expect(error.code).toBe('CONFLICT')
    return error.message
  }
  expect(await conflict(uploadTable(other, at()))).toContain('another table of this shape')
  expect(await conflict(uploadTable(wide, at()))).toMatch(
    /"size":1000,"dimension":3.*"size":50,"dimension":7/,
  )
  expect(await conflict(uploadTable(local, { ...at(), codes: false }))).toContain('"codes":false')
  expect(await conflict(uploadTable(local, { ...at(), columns: { year: 'number' } }))).toContain(
    '["year","number"]',
  )
  engine.tables.set('default.theirs', [])
  expect(await conflict(uploadTable(local, on(engine, 'theirs')))).toContain('that rowspace did not make')
  engine.tables.set('default.mine_local', [])
  engine.clusters = { three: { shards: 3, replicas: 1 } }
  const clustered = { ...on(engine, 'mine'), cluster: 'three', servers: [] }
  expect(await conflict(uploadTable(local, clustered))).toContain('that rowspace did not make')
  // another number of rows per chunk is no conflict
  expect((await uploadTable(local, { ...at(), rowsAtOnce: 7 })).sent).toBe(0)
  await uploadTable(wide, { ...at(), overwrite: true })
  const cluster = await openClickHouse(on(engine))
  expect([cluster.size, cluster.dimension]).toEqual([50, 7])
})

test('the order of columns is no difference', async () => {
  await uploadTable(local, { ...at(), columns: { a: 'number', b: 'string' } })
  expect((await uploadTable(local, { ...at(), columns: { b: 'string', a: 'number' } })).sent).toBe(0)
})

test('a table with rows that were skipped is not uploaded', async () => {
  const skipping = await EmbeddingTable.from([[1], [Number.NaN]], { nonFinite: 'skip' })
  expect(await rejection(uploadTable(skipping, at()))).toMatchObject({ code: 'UNSUPPORTED' })
})

test('a cluster has one table per shard and a distributed one; servers are the others', async () => {
  engine.clusters = { three: { shards: 3, replicas: 1 }, twice: { shards: 3, replicas: 2 } }
  const servers = ['http://localhost:8123', 'http://localhost:8124']
  await uploadTable(local, { ...at(), cluster: 'three', servers })
  const creating = engine.statements
    .map(({ query }) => query)
    .filter((query) => query.startsWith('CREATE TABLE'))
  // each on both servers
  expect(creating.map((query) => /words\w*/.exec(query)?.[0])).toEqual([
    'words_local',
    'words_local',
    'words',
    'words',
  ])
  const cluster = await openClickHouse(on(engine))
  expect(cluster.cluster).toBe('three')
  expect((await cluster.inspect()).shards).toBe(3)
  expectSame(await cluster.nearest(3), local.nearest(3))
  await cluster.close()
  expect(engine.open).toBe(0)
  await uploadTable(local, { ...on(engine, 'replicated'), cluster: 'twice' })
  const last = engine.statements.findLast(({ query }) => query.includes('Replicated'))?.query
  expect(last).toContain(" ON CLUSTER 'twice' (")
  expect(last).toContain(
    "ReplicatedMergeTree('/clickhouse/tables/{shard}/default/replicated_local', '{replica}')",
  )
  expect(await rejection(uploadTable(local, { ...at(), cluster: 'four' }))).toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('"three", "twice"'),
  })
})

test('a cluster without Keeper: which option helps; other errors stay', async () => {
  engine.clusters = { three: { shards: 3, replicas: 1 } }
  engine.before = (query) => {
    if (query.startsWith('CREATE')) throw new Error('Code: 139. There is no Zookeeper configuration')
  }
  expect(await rejection(uploadTable(local, { ...at(), cluster: 'three' }))).toMatchObject({
    code: 'UNSUPPORTED',
  })
  expect(await rejection(uploadTable(local, { ...at(), cluster: 'three', servers: [] }))).toMatchObject({
    code: 'IO',
  })
  engine.before = (query) => {
    if (query.startsWith('CREATE')) throw new Error('Code: 497. Not enough privileges')
  }
  expect(await rejection(uploadTable(local, { ...at(), cluster: 'three' }))).toMatchObject({
    code: 'ACCESS_DENIED',
  })
})
