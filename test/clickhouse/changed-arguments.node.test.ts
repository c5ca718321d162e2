/** What the calls are given is read once, at the call: a caller may change it while the servers work. */
import { beforeAll, expect, test } from 'vitest'
import type { ClickHouseTable } from '../../src/clickhouse/clickhouse-table.ts'
import { openClickHouse, uploadTable } from '../../src/clickhouse.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { makeTable } from '../oracle/tables.ts'
import type { MemoryEngine } from './engine/memory-engine.ts'
import { both, on } from './memory.ts'

const SIZE = 60
const DIMENSION = 4
const COLUMNS = { year: 'number' } as const
type Columned = ClickHouseTable<typeof COLUMNS>

const metadata = (id: number) => ({ year: 2000 + id })
let engine: MemoryEngine
let local: EmbeddingTable
let cluster: Columned
beforeAll(async () => {
  const { flat } = makeTable(SIZE, DIMENSION, 'plain', 5)
  const made = await both<typeof COLUMNS>(flat, DIMENSION, { columns: COLUMNS, metadata })
  engine = made.engine
  local = made.local
  cluster = made.cluster
})

const vector = () => Float32Array.of(1, -2, 3, 0.5)
const list = () => [1, -2, 3, 0.5]

/** Answers as they are compared: with tokens and scores. */
async function plain(promise: Promise<unknown>): Promise<unknown> {
  return JSON.parse(JSON.stringify(await promise, (_, value) => (value instanceof Map ? [...value] : value)))
}

test.each<[string, (table: Columned) => { promise: Promise<unknown>; change: () => void }]>([
  [
    'a query that is a Float32Array',
    (table) => {
      const query = vector()
      return { promise: table.nearest(query), change: () => query.fill(9) }
    },
  ],
  [
    'a query that is a list, options and what they hold',
    (table) => {
      const query = list()
      const options = {
        k: 5,
        metric: 'dot' as const,
        exclude: ['token 1'],
        filter: { year: { gte: 2010 } },
      }
      const promise = table.nearest(query, options)
      const change = () => {
        query.fill(9)
        options.k = 1
        options.exclude[0] = 'token 2'
        options.filter.year.gte = 2050
      }
      return { promise, change }
    },
  ],
  [
    'queries of a batch',
    (table) => {
      const queries = [vector(), 'token 5', list()]
      const change = () => {
        ;(queries[0] as Float32Array).fill(9)
        ;(queries[2] as number[]).fill(9)
        queries[1] = 'token 4'
        queries.length = 2
      }
      return { promise: table.nearestBatch(queries, { exclude: ['token 9'] }), change }
    },
  ],
  [
    'a batch in one array',
    (table) => {
      const queries = Float32Array.of(...list(), ...list())
      return { promise: table.nearestBatch(queries), change: () => queries.fill(9) }
    },
  ],
  [
    'an expression',
    (table) => {
      const expression = { positive: [vector(), ['token 2', 0.5] as ['token 2', number]], negative: [7] }
      const change = () => {
        ;(expression.positive[0] as Float32Array).fill(9)
        expression.positive[1] = ['token 2', 3]
        expression.negative[0] = 8
      }
      return { promise: table.analogy(expression, { normalize: true }), change }
    },
  ],
  [
    'expressions of a batch',
    (table) => {
      const expressions = [{ positive: [vector()] }, { positive: ['token 5', 'token 6'] }]
      const change = () => {
        ;(expressions[0]!.positive[0] as Float32Array).fill(9)
        expressions[1]!.positive[0] = 'token 7'
      }
      return { promise: table.analogyBatch(expressions), change }
    },
  ],
  [
    'an expression to combine',
    (table) => {
      const expression = { positive: [vector(), 'token 2'] }
      return {
        promise: table.combine(expression),
        change: () => void (expression.positive[0] as Float32Array).fill(9),
      }
    },
  ],
  [
    'vectors to compare',
    (table) => {
      const [a, b] = [vector(), list()]
      const change = () => {
        a.fill(9)
        b.fill(-9)
      }
      return {
        promise: Promise.all([table.similarity(a, 'token 3'), table.similarity('token 4', b)]),
        change,
      }
    },
  ],
  [
    'rows to gather',
    (table) => {
      const rows = ['token 5', 3]
      return { promise: table.gather(rows), change: () => rows.fill('token 6') }
    },
  ],
  [
    'tokens',
    (table) => {
      const tokens = ['token 5', 'none']
      return { promise: table.tokenIds(tokens), change: () => tokens.fill('token 6') }
    },
  ],
])('%s', async (_, call) => {
  const expected = await plain(call(cluster).promise)
  const { promise, change } = call(cluster)
  change()
  expect(await plain(promise)).toEqual(expected)
})

test('where a table is uploaded to and opened from', async () => {
  const columns: Record<string, 'number' | 'string'> = { year: 'number' }
  const options = {
    ...on(engine, 'changed'),
    columns,
    metadata,
    codes: false,
    overwrite: true,
    rowsAtOnce: 7,
  }
  const promise = uploadTable(local, options)
  const change = (target: Record<string, unknown>) => {
    columns.month = 'string'
    Object.assign(target, {
      table: 'other',
      database: 'none',
      url: 'http://127.0.0.1:9',
      codes: true,
      rowsAtOnce: -1,
      timeoutMilliseconds: 1,
      settings: { max_memory_usage: 1 },
      metadata: () => ({ year: 1 }),
      overwrite: false,
      kernel: 'x',
      core: 7,
    })
  }
  change(options)
  expect(await promise).toEqual({ size: SIZE, dimension: DIMENSION, sent: SIZE })
  const again: Record<string, unknown> & Parameters<typeof openClickHouse>[0] = {
    ...on(engine, 'changed'),
    columns: { year: 'number' },
  }
  const opening = openClickHouse(again)
  change(again)
  const opened = (await opening) as Columned
  expect(opened.columns).toEqual({ year: 'number' })
  expect(opened.kernels.alone).not.toBe('codes')
  expect(await plain(opened.nearest(vector(), { filter: { year: 2010 } }))).toHaveLength(1)
  await opened.close()
})
