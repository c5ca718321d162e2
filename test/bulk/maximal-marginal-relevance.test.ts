/** Maximal marginal relevance against its definition. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maximalMarginalRelevance } from '../../src/bulk.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { expectMatches } from '../oracle/expect.ts'
import { cosineScore } from '../oracle/float32.ts'
import { searchAll } from '../oracle/search.ts'
import { makeTable } from '../oracle/tables.ts'
import { cases, made } from './hard-cases.ts'

test('maximalMarginalRelevance: the greedy choice, by definition', async () => {
  const lambdas = fc.constantFrom(0, 0.3, 0.5, 1)
  await fc.assert(
    fc.asyncProperty(cases, lambdas, fc.boolean(), async (given, lambda, all) => {
      const { table, rows, askable } = await made({ ...given, size: Math.min(given.size, 100) })
      const { k } = given
      const query = askable[0]
      if (query === undefined) return
      const candidates = all ? Number.POSITIVE_INFINITY : Math.max(k, 20)
      const near = searchAll(rows, rows[query]!, {
        k: all ? rows.length : candidates,
        metric: 'cosine',
        allowed: (id) => id !== query,
      })
      const chosen: typeof near = []
      const worth = (match: (typeof near)[number]) =>
        lambda * match.cosine -
        (chosen.length === 0
          ? 0
          : (1 - lambda) * Math.max(...chosen.map(({ id }) => cosineScore(rows[match.id]!, rows[id]!))))
      while (chosen.length < Math.min(k, near.length)) {
        const left = near.filter((match) => !chosen.includes(match))
        const most = Math.max(...left.map(worth))
        chosen.push(left.find((match) => worth(match) === most)!)
      }
      expectMatches(maximalMarginalRelevance(table, query, { k, lambda, candidates }), chosen)
    }),
    { numRuns: 60 },
  )
})

test('maximalMarginalRelevance chooses among 10 · k rows by default, k or more', async () => {
  const table = await EmbeddingTable.from(makeTable(200, 8, 'model', 3).flat, { dimension: 8 })
  const ids = (candidates?: number) =>
    maximalMarginalRelevance(table, 0, { k: 5, lambda: 0.1, candidates }).toArray()
  expect(ids()).toEqual(ids(50))
  expect(ids()).not.toEqual(ids(10))
  expect(
    ids(5)
      .map(({ id }) => id)
      .sort(),
  ).toEqual([...table.nearest(0, { k: 5 }).ids].sort())
})
