/**
 * What the engine ranks by: for every row a number that its score in the core cannot exceed. Rows are
 * requested in falling order of it; once the k-th best score among those that came is above the bound of the
 * last, no other row can be in the answer.
 *
 * With u = 2^-24, exact products and sums, and by Cauchy and Schwarz Σ|x_i q_i| ≤ ‖x‖‖q‖:
 *
 * 1. The core (assembly/dot.ts) rounds a product once and adds it at most ⌈d/16⌉ times in its lane and four
 *    times across lanes; the cosine takes two inverse norms (norm.ts: float64 sums, rounded once to float32)
 *    and rounds their product and the score. That is at most m = ⌈d/16⌉ + 16 roundings, some to spare. With
 *    g = (1 + u)^m − 1:
 *      |core's dot − x·q| ≤ g‖x‖‖q‖ + d·2^-149
 *      |core's cosine − x·q / (‖x‖‖q‖)| ≤ g + d·2^-48
 *    The last terms are what numbers below 2^-126 lose: an inverse norm is at most 2^50 where float32 norms
 *    are used. Where they are not, or a float32 sum is not finite, the core sums in float64 and rounds once
 *    (score.ts), which is within the same bounds; a dot may then be rounded to infinity, so a bound from
 *    3.4e38 on counts as infinite.
 *
 * 2. The engine's product:
 *    codes       x = s·c + r and q = t·z + p (codes.ts) give x·q = s·t·(c·z) + s·c·p + r·q. c·z is a sum of
 *                integers, exact in 64 bits. ‖s·c‖ ≤ (1 + ρ)‖x‖ and ‖r‖ ≤ ρ‖x‖, so
 *                x·q ≤ s·t·(c·z) + ‖x‖(‖p‖ + ρ(‖p‖ + ‖q‖)).
 *    arrays      arraySum(arrayMap(x · y)): float32 · float64 is multiplied and added in float64, in any
 *                order: within d·2^-52 ‖x‖‖q‖.
 *    dotProduct  float32 in lanes of the engine's choosing, perhaps fused:
 *                within ((1 + u)^(d+1) − 1)‖x‖‖q‖ + d·2^-149.
 *
 * 3. The few float64 operations around it, and norms summed in float64: 2^-40 ‖x‖‖q‖ is far more than they
 *    round.
 *
 * What is not finite (overflow in float32 sums, a row with NaN that somebody put there) counts as infinite:
 * it comes first and is scored.
 */
import type { Metric } from '../core/options.ts'
import { type CodedQuery, encodeQuery, type QueryCodes } from './codes.ts'
import { quoteNumber } from './sql.ts'

/** How the engine computes: int8 codes, or over the rows its own SIMD dotProduct or array functions. */
export type Kernel = 'codes' | 'dotProduct' | 'arrays'

/** The kernels that a table uses. */
export interface Kernels {
  /** For single queries. */
  alone: Kernel
  /** For queries that share a scan. */
  shared: Kernel
}

/** A row's bound, from row, codes, scale, norm and residual. If it is not finite, it bounds nothing. */
export function boundExpression(
  query: Float32Array,
  { metric, kernel, codes }: { metric: Metric; kernel: Kernel; codes: QueryCodes },
): string {
  const dimension = query.length
  const coded = encodeQuery(query, codes)
  const { product, factor, flat, slope = 0, lost = 0 } = termsOf(query, kernel, coded)
  // the cosine with q is the dot with q / ‖q‖, over ‖x‖
  const unit = metric === 'cosine' ? 1 / coded.norm : 1
  const plus = (value: number, times = '') => (value === 0 ? '' : ` + ${quoteNumber(unit * value)}${times}`)
  const dot = `${product} * ${quoteNumber(unit * factor)}`
  const length = kernel === 'codes' ? 'scale' : '1'
  const sloped = plus(slope, ' * residual')
  // few operations: the engine analyses each anew in every statement
  if (metric === 'dot') {
    const ofLength = `norm * (${quoteNumber(flat)}${sloped})`
    return `${dot} * ${length} + ${ofLength} + ${quoteNumber(dimension * 2 ** -148)}${plus(lost)}`
  }
  // a row of zeros scores 0; no other has a norm below 2^-149
  const cosine = `(${dot}${plus(lost)}) * (${length} / greatest(norm, 1e-300))`
  return `${cosine} + ${quoteNumber(unit * flat + dimension * 2 ** -48)}${sloped}`
}

/**
 * The engine's product, and how far it and the core's score may be apart: x·q is near product · factor (· the
 * row's scale, for codes).
 */
interface Terms {
  product: string
  factor: number
  /** Over ‖x‖. */
  flat: number
  /** Over ‖x‖ and the row's residual. */
  slope?: number
  /** What does not shrink with the row. */
  lost?: number
}

function termsOf(
  query: Float32Array,
  kernel: Kernel,
  { numbers, type, step, residual, norm }: CodedQuery,
): Terms {
  const dimension = query.length
  const core = norm * (relative(Math.ceil(dimension / 16) + 16) + 2 ** -40)
  if (kernel === 'codes') {
    const product = sumOfProducts('codes', numbers.join(','), type)
    return { product, factor: step, flat: residual + core, slope: residual + norm }
  }
  const exact = Array.from(query, quoteNumber).join(',')
  if (kernel === 'arrays') {
    const product = sumOfProducts('row', exact, 'Float64')
    return { product, factor: 1, flat: core + norm * dimension * 2 ** -52 }
  }
  return {
    product: `toFloat64(dotProduct(row, CAST([${exact}], 'Array(Float32)')))`,
    factor: 1,
    flat: core + norm * relative(dimension + 1),
    // float32 below 2^-126
    lost: dimension * 2 ** -148,
  }
}

const sumOfProducts = (column: string, numbers: string, type: string) =>
  `arraySum(arrayMap((x, y) -> x * y, ${column}, CAST([${numbers}], 'Array(${type})')))`

/** (1 + u)^n − 1, rounded up: n·u < 1/4 as dimensions go. */
function relative(roundings: number): number {
  return Math.expm1(roundings * 2 ** -24) * (1 + 2 ** -20)
}
