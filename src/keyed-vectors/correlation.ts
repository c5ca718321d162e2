/** The correlation of two lists of numbers, as scipy.stats computes it. */

import { RowspaceError } from '../core/errors.ts'
import { describe, isVector } from '../core/values.ts'
import { dotProduct } from './norm.ts'

/** A correlation and its significance. */
export interface Correlation {
  /** From −1 to 1; NaN where a list is constant or has fewer than two numbers. */
  statistic: number
  /**
   * The probability of a correlation this strong between unrelated lists: two-sided, Student's t, n − 2
   * degrees of freedom.
   */
  pValue: number
}

/**
 * Pearson's product-moment correlation of two lists of n numbers.
 *
 * @throws RowspaceError `LENGTH_MISMATCH`.
 */
export function pearson(a: readonly number[], b: readonly number[]): Correlation {
  checkLists(a, b)
  const [x, y] = [centred(a), centred(b)]
  // 0/0 where a list is constant or has fewer than two numbers
  const statistic = dotProduct(x, y) / Math.sqrt(dotProduct(x, x) * dotProduct(y, y))
  return { statistic, pValue: pValueOf(statistic, a.length - 2) }
}

/**
 * Spearman's rank correlation of two lists of n numbers; equal numbers share the mean of their ranks.
 *
 * @throws RowspaceError `LENGTH_MISMATCH`.
 */
export function spearman(a: readonly number[], b: readonly number[]): Correlation {
  checkLists(a, b)
  return pearson(ranks(a), ranks(b))
}

function checkLists(a: readonly number[], b: readonly number[]): void {
  if (isVector(a) && isVector(b) && a.length === b.length) return
  const lengths = [a, b].map((list) => (isVector(list) ? list.length : describe(list))).join(' and ')
  throw new RowspaceError('LENGTH_MISMATCH', `two lists of the same length are needed; got ${lengths}.`)
}

/** Ranks from 1, the mean of their places for equal values. */
export function ranks(values: readonly number[]): number[] {
  const order = Array.from(values, (_, index) => index).sort((i, j) => values[i]! - values[j]!)
  const found = new Array<number>(order.length)
  for (let start = 0, end = 0; start < order.length; start = end) {
    const value = values[order[start]!]
    for (end = start + 1; end < order.length && values[order[end]!] === value; ) end++
    for (let place = start; place < end; place++) found[order[place]!] = (start + 1 + end) / 2
  }
  return found
}

function centred(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.map((value) => value - mean)
}

/**
 * P(|T| ≥ t) = I(x; ν/2, 1/2), the regularised incomplete beta function of x = ν/(ν + t²) = 1 − r² (Press et
 * al., Numerical Recipes, 6.4).
 */
function pValueOf(r: number, degrees: number): number {
  if (Number.isNaN(r) || degrees < 1) return Number.NaN
  const [x, y] = [Math.max(0, 1 - r * r), Math.min(1, r * r)]
  const a = degrees / 2
  // 1/B(a, 1/2) from 1/B(1/2, 1/2) or 1/B(1, 1/2)
  let factor = degrees % 2 === 1 ? 1 / Math.PI : 1 / 2
  for (let from = degrees % 2 === 1 ? 0.5 : 1; from < a; from++) factor *= (from + 0.5) / from
  factor *= x ** a * Math.sqrt(y)
  const isSmall = x < (a + 1) / (a + 2.5)
  return isSmall ? (factor * betaFraction(x, a, 0.5)) / a : 1 - 2 * factor * betaFraction(y, 0.5, a)
}

/** The continued fraction of the incomplete beta function, from its far end. */
function betaFraction(x: number, a: number, b: number): number {
  const odd = (m: number) => (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
  const even = (m: number) => (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
  let tail = 1
  for (let m = Math.ceil(20 + 5 * Math.sqrt(a + b)); m > 0; m--) tail = 1 + even(m) / (1 + odd(m) / tail)
  return 1 / (1 + odd(0) / tail)
}
