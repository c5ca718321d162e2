/** Every score of a table, bit for bit, over every dimension and every kind of number. */
import { describe, expect, test } from 'vitest'
import { EmbeddingTable } from '../../src/table.ts'
import { expectMatches } from '../oracle/expect.ts'
import { cosineScore } from '../oracle/float32.ts'
import { searchAll } from '../oracle/search.ts'
import { DIMENSIONS, KINDS, METRICS, makeQuery, makeTable } from '../oracle/tables.ts'

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

test('a kind of row may be asked with another', async () => {
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
