/**
 * The same questions to the same rows without codes, and by codes with relaxed SIMD: hard rows of every type,
 * alone, in batches and by threads.
 */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { ELEMENT_TYPES } from '../../src/core/element-types.ts'
import { EmbeddingTable, type SearchOptions } from '../../src/table/embedding-table.ts'
import type { Matches } from '../../src/table/matches.ts'
import { HARD, hardQuery, hardTable } from '../oracle/hard-tables.ts'
import { metrics } from '../oracle/tables.ts'
import { relaxedKernels } from '../relaxed-simd.ts'

const link = await relaxedKernels()

const bitsOf = ({ ids, cosines, dots }: Matches) => [
  ...ids,
  ...new Uint32Array(cosines.buffer),
  ...new Uint32Array(dots.buffer),
]

const tables = fc.record({
  size: fc.integer({ min: 300, max: 6000 }),
  dimension: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(100, 256, 300)),
  kind: fc.constantFrom(...HARD),
  // float16 ends at 65,504
  dtype: fc.constantFrom(...ELEMENT_TYPES.filter((type) => type !== 'f16')),
  codes: fc.constantFrom('int8' as const, 'int4' as const),
  seed: fc.nat({ max: 1e6 }),
})
const questions = fc.record({
  count: fc.integer({ min: 1, max: 12 }),
  k: fc.integer({ min: 1, max: 30 }),
  metric: metrics,
  leftOut: fc.array(fc.nat({ max: 299 }), { maxLength: 4 }),
  every: fc.constantFrom(1, 1, 3),
})

test('any question to any table', async ({ skip }) => {
  if (link === undefined) skip('this engine has no relaxed SIMD')
  await fc.assert(
    fc.asyncProperty(tables, fc.array(questions, { minLength: 1, maxLength: 4 }), async (shape, asked) => {
      const { size, dimension, kind, dtype, codes, seed } = shape
      const made = hardTable(size, dimension, kind, seed)
      const options = { dimension, dtype, nonFinite: 'skip' } as const
      using coded = await EmbeddingTable.from(made.flat, { ...options, codes })
      using plain = await EmbeddingTable.from(made.flat, { ...options, codes: false })
      for (const { count, k, metric, leftOut, every } of asked) {
        const queries = Array.from({ length: count }, (_, place) => hardQuery(made, seed + place))
        fc.pre(metric === 'dot' || queries.every((query) => query.some((x) => x !== 0)))
        const options: SearchOptions = { k, metric, exclude: leftOut }
        if (every > 1) options.filter = coded.idSet((id) => id % every !== 0)
        const expected = plain.nearestBatch(queries, options).map(bitsOf)
        expect(coded.nearestBatch(queries, options).map(bitsOf)).toEqual(expected)
        expect(bitsOf(coded.nearest(queries[0]!, options))).toEqual(expected[0])
      }
    }),
    { numRuns: 150 },
  )
})

test('fewer rows are scored than without the finer bounds, and not many more than with 16 bits', async () => {
  if (link === undefined) return
  const { flat, rows, dimension } = hardTable(9000, 200, 'plain', 4)
  using coded = await EmbeddingTable.from(flat, { dimension, codes: 'int8' })
  const answers = coded.nearestBatch(rows.filter((row) => row[0] !== 0).slice(0, 40))
  const scored = answers.reduce((sum, { stats }) => sum + stats.rescored, 0)
  expect(scored / 40).toBeLessThan(40)
})

test('by two threads, that find their kernels themselves', async () => {
  if (link === undefined) return
  for (const codes of ['int8', 'int4'] as const) {
    const made = hardTable(12_000, 130, 'outliers', 6)
    const { flat, dimension } = made
    using plain = await EmbeddingTable.from(flat, { dimension, codes: false })
    using many = await EmbeddingTable.from(flat, { dimension, codes, threads: 2 })
    await vi.waitFor(() => expect(many.threads).toBe(2), { timeout: 20_000, interval: 2 })
    const queries = Array.from({ length: 45 }, (_, seed) => hardQuery(made, seed))
    for (const metric of ['cosine', 'dot'] as const) {
      const expected = plain.nearestBatch(queries, { metric }).map(bitsOf)
      expect(many.nearestBatch(queries, { metric }).map(bitsOf)).toEqual(expected)
      for (const [place, query] of queries.slice(0, 20).entries()) {
        expect(bitsOf(many.nearest(query, { metric }))).toEqual(expected[place])
      }
    }
  }
})
