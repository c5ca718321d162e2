/** Bounds cover the scores of the core, and scans return every row that may reach a score. */
import { beforeAll, describe, expect, test } from 'vitest'
import { boundExpression } from '../../src/clickhouse/bound.ts'
import { allAbove, firstByBound, passingIds, queriesAtOnce } from '../../src/clickhouse/candidates.ts'
import { encodeRow } from '../../src/clickhouse/codes.ts'
import { Connection } from '../../src/clickhouse/connection.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { HARD, hardQuery, hardTable } from '../oracle/hard-tables.ts'
import { makeTable } from '../oracle/tables.ts'
import { parseExpression } from './engine/expression.ts'
import { MemoryEngine } from './engine/memory-engine.ts'
import { both, on } from './memory.ts'

const KERNELS = ['codes', 'dotProduct', 'arrays'] as const
const METRICS = ['cosine', 'dot'] as const

/** Lengths at which float32 neither overflows nor loses digits. */
const isUsual = (length: number) => length > 1e-15 && length < 1e15

describe.each(KERNELS)('the bound by %s', (kernel) => {
  test.each(HARD)('covers the scores of rows that are %s, closely', async (kind) => {
    const dimension = 33
    const table = hardTable(40, dimension, kind, 3)
    const local = await EmbeddingTable.from(table.flat, { dimension })
    for (const [codes, index] of [
      ['fine', 1],
      ['coarse', 2],
    ] as const) {
      const query = Float32Array.from(hardQuery(table, index))
      const scores = local.scores(query, [...table.rows.keys()])
      for (const metric of METRICS) {
        const bound = parseExpression(boundExpression(query, { metric, kernel, codes }))
        const length = metric === 'cosine' ? 1 : Math.hypot(...query)
        for (const [id, values] of table.rows.entries()) {
          const row = Float32Array.from(values)
          const own = new Int8Array(dimension)
          const { scale, norm, residual } = encodeRow(row, own)
          const names = new Map(Object.entries({ scale, norm, residual, row: [...row], codes: [...own] }))
          const value = Number(bound(names))
          const score = (metric === 'cosine' ? scores.cosines : scores.dots)[id]!
          // what is not finite counts as infinite
          if (!Number.isFinite(value) || score === Number.POSITIVE_INFINITY) continue
          expect(value).toBeGreaterThanOrEqual(score)
          // float32 and codes of 8 bits: no farther above it than they are coarse
          const slack = kernel === 'codes' ? 0.15 : 1e-4
          const reach = (metric === 'cosine' ? 1 : norm) * length
          if (isUsual(norm) && isUsual(length))
            expect(value).toBeLessThanOrEqual(score + slack * reach + 1e-30)
        }
      }
    }
  })
})

test('queries that share a scan: 16, fewer where they are wide, always one', () => {
  expect([1, 1_024, 1_025, 16_384, 16_385].map(queriesAtOnce)).toEqual([16, 16, 15, 1, 1])
})

describe('scans', () => {
  const SIZE = 200
  let connection: Connection
  let local: EmbeddingTable
  const params = {
    kernels: { alone: 'arrays', shared: 'arrays' },
    metric: 'cosine',
    where: undefined,
    size: SIZE,
    dimension: 3,
    signal: undefined,
  } as const
  const vector = Float32Array.of(1, -2, 0.5)
  beforeAll(async () => {
    const engine = new MemoryEngine()
    const made = await both(makeTable(SIZE, 3, 'model', 3).flat, 3, { engine, columns: { year: 'number' } })
    local = made.local
    connection = await Connection.open(on(engine))
  })

  const best = (k: number) => [...local.nearest(vector, { k }).ids]

  test('of queries alone: as many as are wanted, and what the others do not exceed', async () => {
    const queries = [5, SIZE, 7, 5, 5, 5, 5, 5, 4].map((limit) => ({ vector, limit }))
    const found = await firstByBound(connection, queries, params)
    expect(found.map(({ query }) => query)).toEqual(queries)
    for (const { query, ids, bounds, rest } of found) {
      expect(ids).toEqual(best(query.limit))
      expect(bounds).toEqual([...bounds].sort((a, b) => b - a))
      expect(rest).toBe(query.limit === SIZE ? Number.NEGATIVE_INFINITY : bounds.at(-1))
    }
    const none = await firstByBound(connection, queries.slice(0, 1), {
      ...params,
      where: '`metadata_year` = 1.',
    })
    expect(none).toEqual([{ query: queries[0], ids: [], bounds: [], rest: Number.NEGATIVE_INFINITY }])
  })

  test('that are shared: all rows that reach a score', async () => {
    const scores = local.nearest(vector, { k: SIZE }).cosines
    const queries = [scores[9]!, scores[0]!, 2].map((minScore) => ({ vector, minScore }))
    const options = { ...params, below: SIZE, maxEach: 100 }
    const [ten, one, none] = await allAbove(connection, queries, options)
    expect([ten?.ids, one?.ids, none?.ids]).toEqual([best(10), best(1), []])
    for (const { query, rest } of [ten!, one!, none!]) {
      expect(rest).toBeLessThan(query.minScore)
      // the next float32 below
      expect(Math.fround(rest)).toBeGreaterThan(query.minScore * (1 - 2 ** -23))
    }
    const [part] = await allAbove(connection, [{ vector, minScore: -2 }], {
      ...options,
      below: 7,
      maxEach: 1_000,
    })
    expect([...(part?.ids ?? [])].sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
    const where = { ...options, where: 'isNotNull(`metadata_year`)' }
    expect((await allAbove(connection, [{ vector, minScore: -2 }], where))[0]?.ids).toEqual([])
    expect((await allAbove(connection, [{ vector, minScore: -2 }], { ...where, below: 7 }))[0]?.ids).toEqual(
      [],
    )
  })

  test('that are shared and find too many rows: the highest, and what the others do not exceed', async () => {
    const scores = local.nearest(vector, { k: SIZE }).cosines
    for (const [metric, minScore] of [
      ['cosine', 0.1],
      ['cosine', -0.5],
    ] as const) {
      const found = await allAbove(connection, [{ vector, minScore }], {
        ...params,
        metric,
        below: SIZE,
        maxEach: 4,
      })
      expect(found[0]?.ids).toEqual(best(4))
      expect(found[0]?.rest).toBeGreaterThanOrEqual(scores[4]!)
      expect(found[0]?.rest).toBeLessThan(scores[3]! + 1e-5)
    }
  })

  test('by a condition: the ids, unless there are too many', async () => {
    const passing = (where: string, limit: number) => passingIds(connection, where, limit, params)
    expect(await passing('id < 5', 5)).toEqual([0, 1, 2, 3, 4])
    expect(await passing('id < 5', 4)).toBeUndefined()
    expect(await passing('id < 0', 0)).toEqual([])
  })
})
