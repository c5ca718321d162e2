/** What the mathematics says, in float64 as well as it goes, and how far float32 may be from it. */
import type { Vector } from './float32.ts'

/** Σ a·b, exact products, summed by Neumaier's compensated sum. */
export function exactDot(a: Vector, b: Vector): number {
  let sum = 0
  let lost = 0
  for (let i = 0; i < a.length; i++) {
    const product = a[i]! * b[i]!
    const next = sum + product
    lost += Math.abs(sum) >= Math.abs(product) ? sum - next + product : product - next + sum
    sum = next
  }
  return sum + lost
}

export function exactCosine(a: Vector, b: Vector): number {
  const norms = Math.sqrt(exactDot(a, a)) * Math.sqrt(exactDot(b, b))
  return norms === 0 ? 0 : exactDot(a, b) / norms
}

/** Half the distance from 1 to the next float32. */
const ROUNDING = 2 ** -24

/**
 * Roundings one product passes: its own, one for each element of its lane after it, four to add the lanes.
 */
function roundings(dimension: number): number {
  return Math.ceil(dimension / 16) + 5
}

/** The most a float32 dot product may be off: Higham's γ · Σ |a·b|, and what denormal products lose. */
export function dotBound(a: Vector, b: Vector): number {
  let magnitude = 0
  for (let i = 0; i < a.length; i++) magnitude += Math.abs(a[i]! * b[i]!)
  const steps = roundings(a.length) * ROUNDING
  return (steps / (1 - steps)) * magnitude + a.length * 2 ** -149
}

/** The most a float32 cosine of rows of ordinary size may be off: Σ |a·b| is at most ||a|| · ||b||. */
export function cosineBound(dimension: number): number {
  // the two inverse norms, their product, and its product with the dot: four more
  return (roundings(dimension) + 4) * ROUNDING * 1.01
}
