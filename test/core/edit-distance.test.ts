/** Levenshtein's distance by its definition. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance } from '../../src/core/edit-distance.ts'

function byDefinition(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length
  const change = a[0] === b[0] ? 0 : 1
  return Math.min(
    byDefinition(a.slice(1), b) + 1,
    byDefinition(a, b.slice(1)) + 1,
    byDefinition(a.slice(1), b.slice(1)) + change,
  )
}

const words = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 5 }).map((letters) => letters.join(''))

test('letters to add, drop or change, and no more than the limit', () => {
  fc.assert(
    fc.property(words, words, fc.integer({ min: 1, max: 6 }), (a, b, limit) => {
      const distance = byDefinition(a, b)
      expect(editDistance(a, b)).toBe(distance)
      const limited = editDistance(a, b, limit)
      if (distance < limit) expect(limited).toBe(distance)
      else expect(limited).toBeGreaterThanOrEqual(limit)
    }),
    { numRuns: 300 },
  )
  expect(editDistance('kitten', 'sitting')).toBe(3)
  // the distance is known to be no less as soon as every way to it is
  expect(editDistance('aaaaaaaa', 'bbbbbbbb', 2)).toBe(2)
})
