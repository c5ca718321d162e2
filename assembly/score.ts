/**
 * The two measures of a row against the query, never NaN.
 *
 * cosine = dot · (1/||row|| · 1/||query||), each step rounded to float32. A dot that overflowed, or a norm
 * that norm.ts marked, makes the float32 result NaN or infinite; only then the float64 way is taken.
 */
import { wideDot } from './dot'
import { wideSquaredNorm } from './norm'

export const COSINE: u32 = 0
export const DOT: u32 = 1

export function isFinite32(value: f32): bool {
  return Mathf.abs(value) <= f32.MAX_VALUE
}

/** The dot product where float32 sums overflowed: float64, then rounded, so at worst ±Infinity. */
export function wideDotScore(row: usize, query: usize, dimension: u32): f32 {
  return <f32>wideDot(row, query, dimension)
}

/** The cosine where float32 cannot hold the dot or the norms. 0 for a row of zeros. */
export function wideCosine(row: usize, query: usize, dimension: u32): f32 {
  const product = wideDot(row, query, dimension)
  if (product === 0) return 0
  const norms = Math.sqrt(wideSquaredNorm(row, dimension)) * Math.sqrt(wideSquaredNorm(query, dimension))
  return <f32>(product / norms)
}
