/** Seeded random ids, the same on every engine. */

import { checkCount, invalidArgument } from './values.ts'

/**
 * SplitMix32: 32 random bits per call from a 32-bit seed (the finaliser of MurmurHash3 over a Weyl sequence).
 */
export function randomBits(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let bits = state ^ (state >>> 16)
    bits = Math.imul(bits, 0x85ebca6b)
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
    return (bits ^ (bits >>> 16)) >>> 0
  }
}

/**
 * `count` different ids of 0 … size − 1 for which `allowed` returns true, all equally likely; fewer where
 * there are fewer. The same seed gives the same ids everywhere.
 */
export function sampleIds(
  size: number,
  count: number,
  seed: number,
  allowed: (id: number) => boolean,
): Uint32Array {
  checkCount(count, 'count', 0)
  if (!Number.isSafeInteger(seed)) throw invalidArgument('seed must be an integer', seed)
  const next = randomBits(seed)
  // Fisher-Yates that stores moved ids only: no array of |V| numbers
  const moved = new Map<number, number>()
  const chosen: number[] = []
  for (let left = size; left > 0 && chosen.length < count; left--) {
    const place = Math.floor((next() / 2 ** 32) * left)
    const id = moved.get(place) ?? place
    moved.set(place, moved.get(left - 1) ?? left - 1)
    if (allowed(id)) chosen.push(id)
  }
  return Uint32Array.from(chosen)
}
