/** A table on a server answers as the same table in memory does, bit for bit, by every kernel. */

import { expect, test } from 'vitest'
import { rejection } from '../formats/files.ts'
import { hardTable } from '../oracle/hard-tables.ts'
import { makeQuery, makeTable } from '../oracle/tables.ts'
import {
  expectSame,
  expectSameBatch,
  expectSameCalls,
  expectSameTies,
  nearTies,
  ROW_KINDS,
  rowsOf,
} from '../table/async-table.ts'
import { MemoryEngine } from './engine/memory-engine.ts'
import { both } from './memory.ts'
import { COLUMNS, expectSameByCondition, metadataOf } from './same-answers.ts'

const KERNELS = ['codes', 'dotProduct', 'arrays'] as const

function engineWithProduct(): MemoryEngine {
  const engine = new MemoryEngine()
  engine.hasDotProduct = true
  return engine
}

test.each(ROW_KINDS.flatMap((kind) => KERNELS.map((kernel) => [kind, kernel] as const)))(
  'rows that are %s, by %s',
  async (kind, kernel) => {
    const { given, queries } = rowsOf(kind, 90, 5, 5)
    const { local, cluster } = await both(given.flat, 5, { kernel, engine: engineWithProduct() })
    for (const metric of ['cosine', 'dot'] as const) {
      await expectSameBatch(cluster, local, queries, { k: 7, metric })
    }
  },
)

test('rows by id and token, similarity, analogies, what is left out', async () => {
  const { local, cluster } = await both(hardTable(300, 20, 'outliers', 5).flat, 20)
  await expectSameCalls(cluster, local)
  const ids = new Map(Object.entries({ 'token 4': 4, 'token 5': 5 }))
  expect(await cluster.tokenIds(['token 5', 'none', 'token 4'])).toEqual(ids)
})

test('more near-ties than come at once, in another order by their bounds than by their scores', async () => {
  const { local, cluster } = await both(nearTies(1_500), 3)
  await expectSameTies(cluster, local)
})

test('rows that are left out are not fetched', async () => {
  const { engine, local, cluster } = await both(makeTable(400, 3, 'plain', 2).flat, 3)
  const query = makeQuery(3, 'plain', 1)
  const exclude = [...local.nearest(query, { k: 200 }).ids]
  const before = engine.statements.length
  expectSame(await cluster.nearest(query, { exclude }), local.nearest(query, { exclude }))
  const lists = engine.statements.slice(before).map((sent) => /id IN \((.*)\)/.exec(sent.query)?.[1] ?? '')
  const fetched = lists.flatMap((list) => list.split(',').filter((id) => id !== '')).map(Number)
  expect(fetched.length).toBeGreaterThanOrEqual(10)
  expect(fetched.filter((id) => exclude.includes(id))).toEqual([])
})

test('conditions choose the rows that they choose in memory', async () => {
  const given = { columns: COLUMNS, metadata: metadataOf }
  const { local, cluster } = await both<typeof COLUMNS>(makeTable(300, 4, 'plain', 11).flat, 4, given)
  await expectSameByCondition(cluster, local)
})

test('hundreds of queries, more than are answered at once', async () => {
  const { local, cluster } = await both(makeTable(300, 3, 'model', 4).flat, 3)
  const queries = Array.from({ length: 300 }, (_, index) => makeQuery(3, 'model', index + 1))
  await expectSameBatch(cluster, local, queries, { k: 3 })
  expect(await cluster.nearestBatch([])).toEqual([])
})

test('errors of a batch name the query', async () => {
  const { cluster } = await both(Float32Array.of(1, 2, 0, 0), 2)
  for (const [query, code, message] of [
    [[0, 0], 'ZERO_QUERY', 'query 1: the query is all zeros'],
    [[1e39, 0], 'NON_FINITE', 'query 1: the query has 1e+39 at coordinate 0'],
    [[1], 'DIMENSION_MISMATCH', 'query 1: the query has 1 numbers'],
    ['token 1', 'ZERO_QUERY', 'query 1: row 1 is all zeros'],
  ] as const) {
    expect(await rejection(cluster.nearestBatch([0, query]))).toMatchObject({
      code,
      message: expect.stringContaining(message),
      details: { question: 1 },
    })
    expect((await rejection(cluster.nearest(query))).message).not.toContain('query 1')
  }
  expect((await cluster.nearest([0, 0], { metric: 'dot' })).length).toBe(2)
  const sums = [{ positive: [0] }, { positive: [0], negative: [0] }]
  expect(await rejection(cluster.analogyBatch(sums))).toMatchObject({
    code: 'ZERO_QUERY',
    details: { question: 1 },
  })
})

test('ids beyond 2^32, and matches without one', async () => {
  const { cluster } = await both(Float32Array.of(1, 2, 3, 4), 2)
  const none = await cluster.nearest([1, 1], { k: 0 })
  expect([none.length, none.at(0), none.toArray()]).toEqual([0, undefined, []])
  const [match] = await cluster.nearest([1, 1], { minScore: 0.98 })
  expect(match).toMatchObject({ id: 1, token: 'token 1' })
  expect((await cluster.nearest([1, 1])).ids).toBeInstanceOf(Float64Array)
  expect((await cluster.nearest([1, 1], { minScore: 2 })).length).toBe(0)
})

test('scans of many queries are shared, and stop where few rows can be above', async () => {
  const { engine, local, cluster } = await both(makeTable(600, 3, 'plain', 2).flat, 3)
  const scansOf = async (call: () => Promise<unknown>) => {
    const before = engine.statements.length
    await call()
    const queries = engine.statements.slice(before).map(({ query }) => query)
    return {
      alone: queries.filter((query) => query.includes('AS query')).length,
      shared: queries.filter((query) => query.includes('AS excess')).length,
    }
  }
  const queries = Array.from({ length: 20 }, (_, index) => makeQuery(3, 'plain', index + 1))
  expect(await scansOf(() => cluster.nearest(queries[0]!))).toEqual({ alone: 1, shared: 0 })
  // 16 share one
  expect(await scansOf(() => cluster.nearestBatch(queries, { k: 3 }))).toEqual({ alone: 0, shared: 2 })
  const many = await scansOf(() => cluster.nearestBatch(queries, { k: 257 }))
  // 8 in a statement, and a second round for the query whose 257th row is one of more rows of zeros than came
  expect([many.shared, many.alone]).toEqual([0, 4])
  // too few pass to know a score that an answer reaches
  const rest = await scansOf(() => cluster.nearestBatch(queries, { k: 3, minScore: 0.99999999 }))
  expect(rest.shared).toBe(2)
  expectSame((await cluster.nearestBatch(queries, { k: 257 }))[7]!, local.nearest(queries[7]!, { k: 257 }))
})
