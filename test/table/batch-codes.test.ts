/** A batch over coded rows: each of its questions costs and answers what it does alone. */
import { describe, expect, test, vi } from 'vitest'
import { EmbeddingTable, type SearchOptions } from '../../src/table/embedding-table.ts'
import { hardTable } from '../oracle/hard-tables.ts'
import { METRICS, makeQuery, makeTable } from '../oracle/tables.ts'

const CODES = ['int8', 'int4'] as const

/** Compares batches of several lengths with single questions: ids, scores to the bit, and the work. */
function expectBatches(table: EmbeddingTable, queries: readonly Float32Array[], options: SearchOptions) {
  const alone = queries.map((query) => table.nearest(query, options))
  const work = alone.reduce((sum, { stats }) => sum + stats.rescored, 0)
  const chunks = [queries.slice(0, 2), queries.slice(2, 7), queries.slice(7)]
  const together = chunks.flatMap((chunk) => table.nearestBatch(chunk, options))
  expect(together.map((answer) => answer.toArray())).toEqual(alone.map((answer) => answer.toArray()))
  // blocks of a batch are shorter, so that some more rows are scored
  expect(together.reduce((sum, { stats }) => sum + stats.rescored, 0)).toBeLessThanOrEqual(work * 2)
  return { alone, work }
}

describe.each(CODES)('%s codes', (codes) => {
  test.each(['plain', 'outliers', 'rising', 'near ties'] as const)('of %s numbers', async (kind) => {
    // blocks of a batch have 256 rows
    const { flat, rows, dimension, size } = hardTable(7000, 300, kind, 5)
    using table = await EmbeddingTable.from(flat, { dimension, codes })
    const sumOf = (a: Float32Array, b: Float32Array) => a.map((x, j) => x + b[j]! / 2 + 1e-5)
    const queries = rows.slice(0, 43).map((row, id) => sumOf(row, rows[id * 150]!))
    for (const metric of METRICS) {
      const { work } = expectBatches(table, queries, { k: 10, metric })
      if (kind === 'plain') expect(work).toBeLessThan((size / 4) * queries.length)
      const threshold = table.nearest(queries[20]!, { k: 4, metric }).at(3)![metric]
      const { alone } = expectBatches(table, queries, { k: 10, metric, minScore: threshold })
      if (kind === 'plain') expect(alone[20]!.length).toBe(4)
      const filter = table.idSet((id) => id % 5 !== 0)
      expectBatches(table, queries, { k: size >> 4, metric, filter, exclude: [1, 2, 3] })
    }
  })

  test('rows to leave out differ from question to question', async () => {
    const { flat, dimension } = makeTable(3000, 40, 'plain', 8)
    using table = await EmbeddingTable.from(flat, { dimension, codes })
    const sums = Array.from({ length: 23 }, (_, index) => ({
      positive: Array.from({ length: 1 + (index % 6) }, (_, term) => (index * 7 + term * 11) % 50),
    }))
    for (const metric of METRICS) {
      const together = table.analogyBatch(sums, { metric })
      for (const [index, sum] of sums.entries()) {
        const alone = table.analogy(sum, { metric })
        expect(together[index]!.toArray()).toEqual(alone.toArray())
        // kernels with relaxed SIMD may serve the batch alone
        expect(together[index]!.stats.rescored).toBeLessThanOrEqual(alone.stats.rescored * 1.5)
        expect(together[index]!.stats.rescored).toBeGreaterThanOrEqual(alone.stats.rescored / 1.5)
        for (const id of sum.positive) expect([...together[index]!.ids]).not.toContain(id)
      }
    }
  })

  test('where bounds are given up half-way, listed rows are not lost', async () => {
    const [size, dimension] = [12_000, 16]
    const { flat, rows } = hardTable(size, dimension, 'near ties', 3)
    using table = await EmbeddingTable.from(flat, { dimension, codes })
    using bare = await EmbeddingTable.from(flat, { dimension, codes: false })
    const queries = rows.slice(0, 5).map((row) => row.map((x) => x * 1.5))
    // lists are full, and scored, after every four blocks: without the first they are not when 8,192 are tried
    const filter = table.idSet((id) => id >= 1024)
    for (const k of [3, 500]) {
      const answers = table.nearestBatch(queries, { metric: 'dot', k, filter })
      const expected = bare.nearestBatch(queries, { metric: 'dot', k, filter })
      expect(answers.map((answer) => answer.toArray())).toEqual(expected.map((answer) => answer.toArray()))
      for (const { stats } of answers) expect(stats.rescored).toBeGreaterThan(2048)
      for (const { stats } of answers) expect(stats.rescored).toBeLessThanOrEqual(8192)
    }
  })
})

test.each([2, 3])('%i threads', async (threads) => {
  const { flat, dimension } = makeTable(9000, 130, 'plain', 6)
  using one = await EmbeddingTable.from(flat, { dimension, codes: 'int8' })
  using many = await EmbeddingTable.from(flat, { dimension, codes: 'int8', threads })
  await vi.waitFor(() => expect(many.threads).toBe(threads), { timeout: 10_000, interval: 2 })
  const queries = Array.from({ length: 45 }, (_, seed) => makeQuery(dimension, 'plain', seed))
  for (const metric of METRICS) {
    for (const options of [
      { k: 10, metric },
      { k: 1, metric, minScore: 0.2 },
      { k: 500, metric },
    ]) {
      const expected = one.nearestBatch(queries, options)
      for (let round = 0; round < 5; round++) {
        const answers = many.nearestBatch(queries, options)
        expect(answers.map((answer) => answer.toArray())).toEqual(expected.map((answer) => answer.toArray()))
        const [work, alone] = [answers, expected].map((all) =>
          all.reduce((sum, { stats }) => sum + stats.rescored, 0),
        )
        // each thread may score the best of its own rows
        expect(work).toBeLessThanOrEqual(alone! * threads + 100)
      }
    }
  }
})
