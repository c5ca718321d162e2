/** measure() and sample(): how unrelated rows compare. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { expectMatches } from '../oracle/expect.ts'
import { cosineScore, dotScore } from '../oracle/float32.ts'
import { makeTable, tablesWithQuery } from '../oracle/tables.ts'

test('measure gives both scores of each row asked for, in that order, repeats and all', async () => {
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

test('measure agrees with nearest to the bit', async () => {
  const { flat, rows } = makeTable(90, 31, 'plain', 6)
  using table = await EmbeddingTable.from(flat, { dimension: 31 })
  const matches = table.nearest(rows[5]!, { k: 90 })
  expect(table.scores(rows[5]!, matches.ids).toArray()).toEqual(matches.toArray())
})

describe('sample', () => {
  const open = (size: number) => EmbeddingTable.from(new Float32Array(size).fill(1), { dimension: 1 })

  test('is the same for the same seed, everywhere and for ever', async () => {
    using table = await open(20_000)
    expect([...table.randomIds(5, { seed: 1 })]).toEqual([11767, 1463, 11805, 9504, 6960])
    expect([...table.randomIds(5, { seed: 2 })]).toEqual([14082, 3296, 1450, 11866, 11530])
    expect([...table.randomIds(5, { seed: -7 })]).toEqual([12991, 2690, 8374, 14924, 17280])
    expect([...table.randomIds(5)]).toEqual([...table.randomIds(5, { seed: 1 })])
  })

  test('draws different rows, none excluded, and all there are if asked for more', async () => {
    using table = await open(50)
    await fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.integer(),
        fc.uniqueArray(fc.integer({ min: 0, max: 49 })),
        (count, seed, exclude) => {
          const ids = table.randomIds(count, { seed, exclude })
          expect(ids.length).toBe(Math.min(count, 50 - exclude.length))
          expect(new Set(ids).size).toBe(ids.length)
          expect(exclude.filter((id) => ids.includes(id))).toEqual([])
        },
      ),
    )
  })

  test('of fewer is the start of a sample of more', async () => {
    using table = await open(1000)
    const many = table.randomIds(100, { seed: 9 })
    expect([...table.randomIds(10, { seed: 9 })]).toEqual([...many.subarray(0, 10)])
  })

  test('draws evenly: each of 10 rows about as often as any other', async () => {
    using table = await open(10)
    const drawn = new Array<number>(10).fill(0)
    for (let seed = 0; seed < 5000; seed++) for (const id of table.randomIds(2, { seed })) drawn[id]!++
    // 10,000 draws: 1,000 each, standard deviation 28
    for (const times of drawn) expect(Math.abs(times - 1000)).toBeLessThan(150)
  })
})
