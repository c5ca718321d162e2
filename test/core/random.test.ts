import { describe, expect, test } from 'vitest'
import { randomBits, sampleIds } from '../../src/core/random.ts'

test('the same seed gives the same bits, for ever', () => {
  const next = randomBits(0)
  expect([next(), next(), next(), next()]).toEqual([2462723854, 1020716019, 454327756, 1275600319])
})

describe('a sample of ids', () => {
  const all = () => true
  test('has as many as requested, each once, all where more are requested', () => {
    for (let seed = -3; seed < 40; seed++) {
      for (const count of [0, 1, 7, 20, 25]) {
        const ids = [...sampleIds(20, count, seed, all)]
        expect(ids.length).toBe(Math.min(20, count))
        expect(new Set(ids).size).toBe(ids.length)
        expect(ids.every((id) => Number.isInteger(id) && id >= 0 && id < 20)).toBe(true)
      }
    }
  })
  test('holds those alone that are let through, and reaches all of them', () => {
    const even = (id: number) => id % 2 === 0
    expect([...sampleIds(11, 9, 5, even)].sort((a, b) => a - b)).toEqual([0, 2, 4, 6, 8, 10])
    expect(sampleIds(0, 3, 5, all).length).toBe(0)
  })
  test('is drawn evenly', () => {
    const times = new Array<number>(5).fill(0)
    for (let seed = 0; seed < 2000; seed++) for (const id of sampleIds(5, 2, seed, all)) times[id]!++
    for (const count of times) expect(Math.abs(count - 800)).toBeLessThan(120)
  })
  test.each<[string, number, number]>([
    ['count must be an integer ≥ 0; got -1.', -1, 0],
    ['count must be an integer ≥ 0; got 1.5.', 1.5, 0],
    ['seed must be an integer; got 0.5.', 1, 0.5],
  ])('%s', (message, count, seed) => {
    expect(() => sampleIds(5, count, seed, all)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message }),
    )
  })
})
