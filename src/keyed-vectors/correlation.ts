/** The correlation of two lists of numbers, as scipy.stats computes it. */

import { RowspaceError } from '../core/errors.ts'
import { describe, isVector } from '../core/values.ts'

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
  const statistic = x.length < 2 ? Number.NaN : dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y))
  return { statistic, pValue: pValueOf(statistic, a.length) }
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
  throw new RowspaceError('LENGTH_MISMATCH', `two lists of the same length are needed; got ${lengths}`)
}

/** Ranks from 1, the mean of their places for equal values. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((i, j) => values[i]! - values[j]!)
  const made = new Array<number>(values.length)
  for (let first = 0; first < order.length; ) {
    let end = first + 1
    while (end < order.length && values[order[end]!] === values[order[first]!]) end++
    for (let place = first; place < end; place++) made[order[place]!] = (first + end + 1) / 2
    first = end
  }
  return made
}

function centred(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.map((value) => value - mean)
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0)
}

/** P(|T| ≥ t) = I(ν/(ν + t²); ν/2, 1/2) with t² = r²·ν/(1 − r²), so that x is 1 − r². */
function pValueOf(correlation: number, count: number): number {
  if (Number.isNaN(correlation) || count < 3) return Number.NaN
  return incompleteBeta(Math.max(0, 1 - correlation * correlation), (count - 2) / 2, 0.5)
}

/**
 * The regularised incomplete beta function I(x; a, b), by Lentz's continued fraction (Press et al., Numerical
 * Recipes, 6.4).
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x))
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a
  return 1 - (front * betaFraction(1 - x, b, a)) / b
}

const TINY = 1e-300

function betaFraction(x: number, a: number, b: number): number {
  const guarded = (value: number) => (Math.abs(value) < TINY ? TINY : value)
  let c = 1
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m <= 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / guarded(1 + even * d)
    c = guarded(1 + even / c)
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / guarded(1 + odd * d)
    c = guarded(1 + odd / c)
    const step = d * c
    fraction *= step
    if (Math.abs(step - 1) < 1e-15) break
  }
  return fraction
}

/** ln Γ(x) for x > 0: Lanczos's approximation, g = 7, nine terms. */
function logGamma(x: number): number {
  const [first, ...rest] = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ]
  const shifted = x - 1
  const sum = rest.reduce((sum, term, index) => sum + term / (shifted + index + 1), first!)
  const t = shifted + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum)
}
