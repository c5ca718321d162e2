/** Range search against the oracle that scores every row. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rangeSearch, rangeSearchBatch } from '../../src/bulk.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { expectMatches } from '../oracle/expect.ts'
import { searchAll } from '../oracle/search.ts'
import { makeTable } from '../oracle/tables.ts'
import { cases, isZero, made } from './hard-cases.ts'

test('rangeSearch: every row of at least that score, and no other', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const { table, rows, askable } = await made(given)
      const { metric, share, seed, size } = given
      const queries = askable.slice(0, 40)
      for (const id of queries.slice(seed % 3, (seed % 3) + 2)) {
        const all = searchAll(rows, rows[id]!, { k: size, metric })
        const minScore = all[Math.floor(share * (all.length - 1))]![metric]
        const expected = all.filter((match) => match[metric] >= minScore)
        expectMatches(rangeSearch(table, id, { minScore, metric, includeInputs: true }), expected)
        const others = expected.filter((match) => match.id !== id)
        const batch = rangeSearchBatch(table, queries, { minScore, metric })
        expectMatches(batch[queries.indexOf(id)]!, others)
        expectMatches(table.nearest(id, { minScore, metric, k: 3 }), others.slice(0, 3))
      }
    }),
    { numRuns: 100 },
  )
})

test('with threads, and more rows than there is room for at first', async () => {
  const { flat, rows } = makeTable(9000, 32, 'grid', 5)
  using table = await EmbeddingTable.from(flat, { dimension: 32, codes: true, threads: 2 })
  const queries = Array.from({ length: 40 }, (_, index) =>
    rows.findIndex((row, id) => id > index * 50 && !isZero(row)),
  )
  for (let round = 0; round < 3; round++) {
    const found = rangeSearchBatch(table, queries, { minScore: 0.2 })
    const [first] = queries
    const all = searchAll(rows, rows[first!]!, { k: 9000, metric: 'cosine', allowed: (id) => id !== first })
    const expected = all.filter(({ cosine }) => cosine >= Math.fround(0.2))
    expect(expected.length).toBeGreaterThan(600)
    expectMatches(found[0]!, expected)
    for (const [index, query] of queries.entries()) {
      expectMatches(found[index]!, rangeSearch(table, query, { minScore: 0.2 }).toArray())
    }
    await new Promise((resolve) => setTimeout(resolve, 30)) // the worker has started by then
  }
})

test('a bound rules rows out by their codes', async () => {
  const { flat } = makeTable(20_000, 64, 'plain', 3)
  const table = await EmbeddingTable.from(flat, { dimension: 64, codes: true })
  const byBound = rangeSearch(table, 1, { minScore: 0.9 }).stats.rescored
  expect(byBound).toBeLessThan(table.nearest(1, { k: 256 }).stats.rescored / 4)
})

test('an iterator of rows to leave out is read once, a test is run once for each row', async () => {
  const same = await EmbeddingTable.from(new Float32Array(2000).fill(1), { dimension: 2 })
  const out = new Set([3, 5, 900])
  const tested: number[] = []
  const filter = (id: number) => tested.push(id) > 0 && id !== 7
  const found = rangeSearch(same, 0, { minScore: 0.5, exclude: out.values(), filter })
  const expected = Array.from({ length: 1000 }, (_, id) => id).filter((id) => ![0, 3, 5, 7, 900].includes(id))
  expect([...found.ids]).toEqual(expected)
  expect(tested.length).toBe(1000)
  expect(() => rangeSearch(same, 0, { minScore: 0, exclude: 'ab' })).toThrow('a list of rows was expected')
})
