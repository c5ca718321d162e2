/** randomIds(): rows to compare an answer with. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'

const open = (size: number) => EmbeddingTable.from(new Float32Array(size).fill(1), { dimension: 1 })

test('the same seed gives the same ids, everywhere and for ever', async () => {
  using table = await open(20_000)
  expect([...table.randomIds(5, { seed: 1 })]).toEqual([11767, 1463, 11805, 9504, 6960])
  expect([...table.randomIds(5, { seed: 2 })]).toEqual([14082, 3296, 1450, 11866, 11530])
  expect([...table.randomIds(5, { seed: -7 })]).toEqual([12991, 2690, 8374, 14924, 17280])
  expect([...table.randomIds(5)]).toEqual([...table.randomIds(5, { seed: 1 })])
})

test('the ids are different, none is excluded, and of fewer rows all are drawn', async () => {
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

test('fewer ids are the start of more', async () => {
  using table = await open(1000)
  const many = table.randomIds(100, { seed: 9 })
  expect([...table.randomIds(10, { seed: 9 })]).toEqual([...many.subarray(0, 10)])
})

test('ids are drawn evenly: each of 10 rows about as often as any other', async () => {
  using table = await open(10)
  const drawn = new Array<number>(10).fill(0)
  for (let seed = 0; seed < 5000; seed++) for (const id of table.randomIds(2, { seed })) drawn[id]!++
  // 10,000 draws: 1,000 each, standard deviation 28
  for (const times of drawn) expect(Math.abs(times - 1000)).toBeLessThan(150)
})
