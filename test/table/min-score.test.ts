/** minScore: exactly the rows that reach it, alone and in batches, by codes and without. */
import { expect, test } from 'vitest'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { expectMatches } from '../oracle/expect.ts'
import { searchAll } from '../oracle/search.ts'
import { METRICS, makeTable } from '../oracle/tables.ts'

test.each([false, 'int8', 'int4'] as const)('rows that reach it, and no others, codes: %s', async (codes) => {
  for (const kind of ['plain', 'grid', 'near'] as const) {
    const { flat, rows, dimension, size } = makeTable(1500, 20, kind, 33)
    using table = await EmbeddingTable.from(flat, { dimension, codes })
    for (const metric of METRICS) {
      const query = rows[3]!.map((value, j) => value + (j % 3))
      const all = searchAll(rows, query, { k: size, metric })
      // the best score, one in the middle of the answer, one that leaves room, one that no row has
      for (const minScore of [
        all[0]![metric],
        all[20]![metric],
        all[60]![metric],
        all[0]![metric] + 1,
        -Infinity,
      ]) {
        for (const k of [1, 30, 90]) {
          const expected = all.filter((match) => match[metric] >= minScore).slice(0, k)
          expectMatches(table.nearest(query, { k, metric, minScore }), expected)
          for (const answer of table.nearestBatch([query, query, query], { k, metric, minScore })) {
            expectMatches(answer, expected)
          }
        }
      }
      // the next query has no minimum score
      expectMatches(table.nearest(query, { k: 30, metric }), all.slice(0, 30))
      const [answer] = table.nearestBatch([query], { k: 30, metric })
      expectMatches(answer!, all.slice(0, 30))
    }
  }
})

test('is rounded to float32, as scores are, and the two zeros tie', async () => {
  using table = await EmbeddingTable.from([0.1, 1, 1, 0, -1, 0], { dimension: 2 })
  const query = Float32Array.of(1, 0)
  const ids = (minScore: number) => [...table.nearest(query, { metric: 'dot', minScore }).ids]
  expect(ids(0.1)).toEqual([1, 0])
  expect(ids(0.1000000001)).toEqual([1, 0])
  expect(ids(0.1000001)).toEqual([1])
  const zeros = (minScore: number) => [...table.nearest([0, 1], { metric: 'dot', minScore }).ids]
  expect(zeros(0)).toEqual([0, 1, 2])
  expect(zeros(-0)).toEqual([0, 1, 2])
  expect(zeros(1e-45)).toEqual([0])
})
