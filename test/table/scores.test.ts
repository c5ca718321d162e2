/** Every score of a table, bit for bit, over every dimension and every kind of number. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { expectMatches } from '../oracle/expect.ts'
import { cosineScore, dotScore, squaredNorm } from '../oracle/float32.ts'
import { searchAll } from '../oracle/search.ts'
import { DIMENSIONS, KINDS, METRICS, makeQuery, makeTable, tablesWithQuery } from '../oracle/tables.ts'

describe.each(KINDS)('%s numbers', (kind) => {
  test('score as the oracle does for d = 1 … 67 and the sizes of models', async () => {
    for (const dimension of DIMENSIONS) {
      const size = 21 + (dimension % 30)
      const { flat, rows } = makeTable(size, dimension, kind, dimension)
      const query = makeQuery(dimension, kind, dimension)
      using table = await EmbeddingTable.from(flat, { dimension })
      for (const metric of METRICS) {
        expectMatches(table.nearest(query, { k: size, metric }), searchAll(rows, query, { k: size, metric }))
      }
    }
  })

  test('have the same cosine either way round, by id and by vector', async () => {
    for (const dimension of DIMENSIONS) {
      const { flat, rows } = makeTable(12, dimension, kind, dimension + 1000)
      const query = makeQuery(dimension, kind, dimension)
      using table = await EmbeddingTable.from(flat, { dimension })
      for (const [a, row] of rows.entries()) {
        const cosine = cosineScore(row, query)
        expect(table.similarity(a, query)).toBe(cosine)
        expect(table.similarity(query, a)).toBe(cosine)
        const b = (a * 5 + 1) % rows.length
        expect(table.similarity(a, b)).toBe(cosineScore(row, rows[b]!))
        expect(table.similarity(b, a)).toBe(cosineScore(row, rows[b]!))
        if (rows[b]!.every((value) => value === 0)) continue
        expect(table.similarity(a, rows[b]!)).toBe(cosineScore(row, rows[b]!))
      }
    }
  })
})

test('a kind of row may be compared with another', async () => {
  for (const [a, kind] of KINDS.entries()) {
    for (const [b, other] of KINDS.entries()) {
      const { flat, rows, dimension } = makeTable(33, 29, kind, a)
      const query = makeQuery(dimension, other, b)
      using table = await EmbeddingTable.from(flat, { dimension })
      for (const metric of METRICS) {
        expectMatches(table.nearest(query, { k: 33, metric }), searchAll(rows, query, { k: 33, metric }))
      }
    }
  }
})

test('a vector of plain numbers is rounded to float32 first', async () => {
  const { flat, rows, dimension } = makeTable(20, 10, 'plain', 3)
  using table = await EmbeddingTable.from([...flat], { dimension })
  const query = Array.from({ length: dimension }, (_, index) => Math.sin(index + 1))
  const expected = searchAll(rows, Float32Array.from(query), { k: 20, metric: 'cosine' })
  expectMatches(table.nearest(query, { k: 20 }), expected)
})

/**
 * A row whose inverse norm is one float32 if its lanes are added as documented, and the next if left to
 * right.
 */
function rowOfTwoNorms(): Float32Array {
  const inverse = (squared: number) => Math.fround(1 / Math.sqrt(squared))
  const halfUlp = 2 ** -54 // of a number from 1/2 to 1
  for (let seed = 0; ; seed++) {
    // two neighbours among the float64 numbers, one on either side of a rounding boundary of the inverse
    let below = 0.5 + seed * 2 ** -10
    let above = below + 2 ** -20
    while (above - below > 2 * halfUlp) {
      const middle = below + Math.round((above - below) / 4 / halfUlp) * 2 * halfUlp
      if (inverse(middle) === inverse(below)) below = middle
      else above = middle
    }
    // `below` as squares of one lane, largest first, and two halves of an ulp in two others
    const row = new Float32Array(12)
    let sum = 0
    for (const i of [0, 4, 8]) {
      let root = Math.fround(Math.sqrt(Math.max(0, below - sum)))
      if (root * root > below - sum) root = Math.fround(root * (1 - 2 ** -24))
      row[i] = root
      sum += root * root
    }
    row[1] = row[3] = 2 ** -27
    const [l0, l1, l2, l3] = [0, 1, 2, 3].map((lane) =>
      squaredNorm(row.map((x, i) => (i % 4 === lane ? x : 0))),
    )
    if (inverse(l0! + l1! + l2! + l3!) !== inverse(squaredNorm(row))) return row
  }
}

test('norms sum their squares in the documented lanes', async () => {
  const row = rowOfTwoNorms()
  using table = await EmbeddingTable.from(row, { dimension: row.length })
  const query = new Float32Array(row.length)
  query[0] = 1
  expectMatches(table.nearest(query), searchAll([row], query, { k: 1, metric: 'cosine' }))
  expect(table.similarity(row, query)).toBe(cosineScore(row, query))
})

test('scores() gives both scores of each given row, in that order, repeats and all', async () => {
  const inputs = tablesWithQuery({ size: 40 }).chain(({ table, query }) =>
    fc.record({
      table: fc.constant(table),
      query: fc.oneof(fc.constant(query), fc.integer({ min: 0, max: table.size - 1 })),
      ids: fc.array(fc.integer({ min: 0, max: table.size - 1 }), { maxLength: 100 }),
    }),
  )
  await fc.assert(
    fc.asyncProperty(inputs, async ({ table: { flat, rows, dimension }, query, ids }) => {
      using table = await EmbeddingTable.from(flat, { dimension })
      const vector = typeof query === 'number' ? rows[query]! : query
      const expected = ids.map((id) => ({
        id,
        cosine: cosineScore(rows[id]!, vector),
        dot: dotScore(rows[id]!, vector),
      }))
      expectMatches(table.scores(query, ids), expected)
    }),
  )
})

test('scores() agrees with nearest() to the bit', async () => {
  const { flat, rows } = makeTable(90, 31, 'plain', 6)
  using table = await EmbeddingTable.from(flat, { dimension: 31 })
  const matches = table.nearest(rows[5]!, { k: 90 })
  expect(table.scores(rows[5]!, matches.ids).toArray()).toEqual(matches.toArray())
})
