/**
 * nonFinite: 'skip': rows with NaN or infinities are in no answer, and every other row answers as if they
 * were not there.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isRowspaceError } from '../../src/core/errors.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { expectMatches } from '../oracle/expect.ts'
import { searchAll } from '../oracle/search.ts'
import { metrics, tablesWithQuery } from '../oracle/tables.ts'

const BAD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]

const inputs = tablesWithQuery({ size: 100 }).chain(({ table, query }) =>
  fc.record({
    table: fc.constant(table),
    query: fc.constant(query),
    metric: metrics,
    bad: fc.uniqueArray(
      fc.tuple(
        fc.integer({ min: 0, max: table.size - 1 }),
        fc.integer({ min: 0, max: table.dimension - 1 }),
        fc.constantFrom(...BAD),
      ),
      { selector: ([id]) => id, maxLength: table.size },
    ),
  }),
)

test('bad rows are counted, and in no answer', async () => {
  await fc.assert(
    fc.asyncProperty(inputs, async ({ table: { flat, rows, dimension, size }, query, metric, bad }) => {
      const spoilt = flat.slice()
      for (const [id, column, value] of bad) spoilt[id * dimension + column] = value
      const out = new Set(bad.map(([id]) => id))
      using table = await EmbeddingTable.from(spoilt, { dimension, nonFinite: 'skip' })
      expect(table.skipped).toBe(bad.length)
      const allowed = (id: number) => !out.has(id)
      const expected = searchAll(rows, query, { k: size, metric, allowed })
      expectMatches(table.nearest(query, { k: size, metric }), expected)
      // a filter cannot bring them back
      expectMatches(table.nearest(query, { k: size, metric, filter: () => true }), expected)
      expect(table.randomIds(size).length).toBe(size - bad.length)
    }),
  )
})

test('a bad row reads as zeros', async () => {
  using table = await EmbeddingTable.from([1, Number.NaN, 1, 1, 2, 1], { dimension: 2, nonFinite: 'skip' })
  expect([...table.row(0)]).toEqual([0, 0])
  expect(table.similarity(0, 1)).toBe(0)
  expect(table.similarity([1, 1], 0)).toBe(0)
  expect([...table.scores(1, [0, 1]).dots]).toEqual([0, 2])
  expect([...table.scores(0, [0, 1]).cosines]).toEqual([0, 0])
  expect([...table.combine({ positive: [0, 1] })]).toEqual([1, 1])
  expect([...table.nearest(0, { metric: 'dot' }).ids]).toEqual([1, 2])
  expect([...table.nearest(0, { metric: 'dot', includeInputs: true }).ids]).toEqual([1, 2])
})

test('asking with a bad row by cosine is an error that says why', async () => {
  using table = await EmbeddingTable.from([Number.NaN, 1], { dimension: 1, nonFinite: 'skip' })
  expect(() => table.nearest(0)).toThrow(/row 0 was not finite/)
  try {
    table.nearest(0)
  } catch (error) {
    expect(isRowspaceError(error, 'ZERO_QUERY')).toBe(true)
  }
})

test('a table of bad rows alone answers nothing', async () => {
  using table = await EmbeddingTable.from(new Float32Array(40).fill(Number.NaN), {
    dimension: 1,
    nonFinite: 'skip',
  })
  expect(table).toMatchObject({ size: 40, skipped: 40 })
  expect(table.nearest([1]).length).toBe(0)
  expect(table.randomIds(5).length).toBe(0)
})
