/** Pairs of near-duplicates against the oracle that scores every row, and their limit. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { pairsAbove } from '../../src/bulk.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { searchAll } from '../oracle/search.ts'
import { METRICS, makeTable } from '../oracle/tables.ts'
import { cases, isZero, made } from './hard-cases.ts'

test('pairsAbove: each pair once', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const { table, rows, askable } = await made({ ...given, size: Math.min(given.size, 150) })
      const { metric, share } = given
      const scores = searchAll(rows, rows[askable[0] ?? 0]!, { k: rows.length, metric })
      const minScore = scores[Math.floor((share * scores.length) / 2)]![metric]
      const expected = askable.flatMap((a) =>
        searchAll(rows, rows[a]!, { k: rows.length, metric, allowed: (id) => id > a && askable.includes(id) })
          .filter((match) => match[metric] >= minScore)
          .map(({ id, cosine, dot }) => ({ a, b: id, cosine, dot })),
      )
      const found = await pairsAbove(table, { minScore, metric, filter: table.idSet(askable) })
      expect([...found]).toEqual(expected)
    }),
    { numRuns: 60 },
  )
})

test('pairsAbove: rows of zeros are in no pair, whatever the bound, and with no filter', async () => {
  const rows = [1, 0, 0, 0, -1, 0, 0, 1, 0, 0]
  const table = await EmbeddingTable.from(rows, { dimension: 2 })
  for (const metric of METRICS) {
    const found = await pairsAbove(table, { minScore: -1, metric })
    expect([...found].map(({ a, b }) => [a, b])).toEqual([
      [0, 3],
      [0, 2],
      [2, 3],
    ])
  }
})

describe('pairsAbove and its limit', () => {
  const table = EmbeddingTable.from(makeTable(300, 4, 'plain', 9).flat, { dimension: 4 })
  test('as many as the limit are found, one more is an error', async () => {
    const made = await table
    for (const minScore of [-1, 0, 0.5, 0.99]) {
      const { length } = await pairsAbove(made, { minScore })
      expect((await pairsAbove(made, { minScore, limit: length })).length).toBe(length)
      await expect(pairsAbove(made, { minScore, limit: length - 1 })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        details: { limit: length - 1, minScore },
      })
    }
  })
  test('many pairs are noticed while they come: not many more are held than the limit', async () => {
    const size = 20_000
    const same = await EmbeddingTable.from(new Float32Array(size * 2).fill(1), { dimension: 2 })
    const search = vi.spyOn(same, 'nearestBatch')
    await expect(pairsAbove(same, { minScore: 0.9, limit: 1000 })).rejects.toThrow(
      'more than 1000 pairs score 0.9 or more, among the first 64 of 20000 rows already',
    )
    for (const { value } of search.mock.results as { value: { length: number }[] }[]) {
      expect(value.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(1000 + 64 * 64)
    }
    expect(search.mock.calls.length).toBe(2)
  })
  test('pairs come in order of a, then of score, with room for more than at first', async () => {
    const found = await pairsAbove(await table, { minScore: -1 })
    const rows = Array.from({ length: 300 }, (_, id) => id)
    const made = await table
    const count = rows.filter((id) => !isZero(made.row(id))).length
    const pairs = (count * (count - 1)) / 2
    expect(pairs).toBeGreaterThan(30_000)
    expect([found.a, found.b, found.cosines, found.dots].map(({ length }) => length)).toEqual(
      Array(4).fill(pairs),
    )
    const list = [...found]
    expect(list.slice(1).every(({ a, cosine }, i) => a > list[i]!.a || cosine <= list[i]!.cosine)).toBe(true)
  })
})
