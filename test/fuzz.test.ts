import { expect, test } from 'vitest'
import { fuzz } from './fuzz.ts'

test('a round that fails prints its seed; every round has another', async () => {
  const seeds: number[] = []
  const run = fuzz(100, 0, (seed) => {
    seeds.push(seed)
    if (seeds.length === 3) throw new Error('odd')
  })
  const error = await run.catch((thrown: unknown) => thrown)
  // with a time set and no share of it there is one round
  if (seeds.length < 3) return
  expect(new Set(seeds).size).toBe(3)
  expect(String(error)).toContain(`ROWSPACE_SEED=${seeds[2]} repeats it: Error: odd`)
})
