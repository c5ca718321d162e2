/** Comparisons to the last bit, that name the first place where two answers differ. */
import { expect } from 'vitest'
import type { Matches } from '../../src/table/matches.ts'
import type { OracleMatch } from './search.ts'

/** The same rows in the same order with the same scores; −0 is not 0. */
export function expectMatches(actual: Matches, expected: readonly OracleMatch[]): void {
  const count = Math.max(actual.length, expected.length)
  for (let place = 0; place < count; place++) {
    const got = actual.at(place)
    const want = expected[place]
    const same =
      got !== undefined &&
      want !== undefined &&
      got.id === want.id &&
      Object.is(got.cosine, want.cosine) &&
      Object.is(got.dot, want.dot)
    if (!same) expect.fail(`match ${place} of ${count}: got ${show(got)}, the oracle has ${show(want)}`)
  }
}

/** The same numbers, bit by bit. */
export function expectFloats(actual: Float32Array, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < actual.length; i++) {
    if (!Object.is(actual[i], expected[i])) {
      expect.fail(`number ${i} of ${actual.length}: got ${actual[i]}, expected ${expected[i]}`)
    }
  }
}

function show(match: OracleMatch | undefined): string {
  if (match === undefined) return 'no such match'
  const { id, cosine, dot } = match
  return `id ${id} cosine ${Object.is(cosine, -0) ? '-0' : cosine} dot ${Object.is(dot, -0) ? '-0' : dot}`
}
