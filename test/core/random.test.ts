import { expect, test } from 'vitest'
import { randomBits } from '../../src/core/random.ts'

test('the same seed gives the same bits, for ever', () => {
  const next = randomBits(0)
  expect([next(), next(), next(), next()]).toEqual([2462723854, 1020716019, 454327756, 1275600319])
})
