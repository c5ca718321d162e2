/**
 * What the engine ranks by: for every row a number that its score in the core cannot exceed. Rows are asked for in falling order
 * of it; once the k-th best score among those that came is above the bound of the last of them, no other row can be in the answer.
 *
 * With u = 2^-24, exact products and sums, and by Cauchy and Schwarz Σ|x_i q_i| ≤ ‖x‖‖q‖:
 *
 * 1. The core (assembly/dot.ts) rounds a product once and adds it at most ⌈d/16⌉ times in its lane and four times across lanes; the cosine
 *    takes two inverse norms (norm.ts: float64 sums, rounded once to float32) and rounds their product and the score. That is at most
 *    m = ⌈d/16⌉ + 16 roundings, some to spare, so
 *      |core's dot − x·q| ≤ g‖x‖‖q‖ + d·2^-149,   |core's cosine − x·q / (‖x‖‖q‖)| ≤ g + d·2^-48,   g = (1 + u)^m − 1.
 *    The last terms are what numbers below 2^-126 lose: an inverse norm is at most 2^50 where float32 norms are used. Where they are not,
 *    or a float32 sum is not finite, the core sums in float64 and rounds once (score.ts), which is within the same bounds; a dot may
 *    then be rounded to infinity, so a bound from 3.4e38 on counts as infinite.
 *
 * 2. The engine's product:
 *    codes       x = s·c + r and q = t·z + p (codes.ts) give x·q = s·t·(c·z) + s·c·p + r·q. c·z is a sum of whole numbers, exact in 64 bits.
 *                ‖s·c‖ ≤ (1 + ρ)‖x‖ and ‖r‖ ≤ ρ‖x‖, so x·q ≤ s·t·(c·z) + ‖x‖(‖p‖ + ρ(‖p‖ + ‖q‖)).
 *    arrays      arraySum(arrayMap(x · y)): float32 · float64 is multiplied and added in float64, in whatever order: within d·2^-52 ‖x‖‖q‖.
 *    dotProduct  float32 in lanes of the engine's choosing, perhaps fused: within ((1 + u)^(d+1) − 1)‖x‖‖q‖ + d·2^-149.
 *
 * 3. The few float64 operations around it, and norms summed in float64: 2^-40 ‖x‖‖q‖ is far more than they round.
 *
 * What is not finite (overflow in float32 sums, a row with NaN that somebody put there) counts as infinite: it comes first and is looked at.
 */
import type { Metric } from '../core/options.ts'
import { encodeQuery } from './codes.ts'
import { quoteNumber } from './sql.ts'

/** How the engine computes: int8 codes, its own SIMD dotProduct over the rows, or array functions over the rows. */
export type Kernel = 'codes' | 'dotProduct' | 'arrays'

/** The kernels that a table uses. */
export interface Kernels {
  /** For single queries. */
  alone: Kernel
  /** For queries that share a scan. */
  shared: Kernel
}

const UNIT = 2 ** -24

/** (1 + u)^n − 1, rounded up: n·u < 1/4 as dimensions go. */
function relative(roundings: number): number {
  return Math.expm1(roundings * UNIT) * (1 + 2 ** -20)
}

/** How finely a query is coded: in 16 bits where it is alone, in 8 where many share a scan, which multiplies those in half the time. */
export type QueryCodes = 'fine' | 'coarse'

/** The expression of a row's bound, over the columns row, codes, scale, norm and residual: perhaps not finite, and then it bounds nothing. */
export function boundExpression(
  query: Float32Array,
  { metric, kernel, codes }: { metric: Metric; kernel: Kernel; codes: QueryCodes },
): string {
  const { norm } = encodeQuery(query, 'fine')
  // the cosine with q is the dot with q / ‖q‖, over ‖x‖
  const scale = metric === 'cosine' ? 1 / norm : 1
  const dimension = query.length
  const terms = kernel === 'codes' ? codedTerms(query, codes) : plainTerms(query, kernel)
  const product = `${terms.product} * ${quoteNumber(scale * terms.factor)}`
  const flat = scale * terms.flat
  const slope = terms.slope === 0 ? '' : ` + ${quoteNumber(scale * terms.slope)} * residual`
  const lost = terms.lost === 0 ? '' : ` + ${quoteNumber(scale * terms.lost)}`
  const length = kernel === 'codes' ? 'scale' : '1'
  // few operations, each of which the engine has to analyse anew in every statement. A row of zeros scores 0; no other has a norm below 2^-149
  return metric === 'cosine'
    ? `(${product}${lost}) * (${length} / greatest(norm, 1e-300)) + ${quoteNumber(flat + dimension * 2 ** -48)}${slope}`
    : `${product} * ${length} + norm * (${quoteNumber(flat)}${slope}) + ${quoteNumber(dimension * 2 ** -148)}${lost}`
}

/** The engine's product and how far it and the core's score may be apart: x·q is near product · factor (· the row's scale, for codes). */
interface Terms {
  product: string
  factor: number
  /** Over ‖x‖. */
  flat: number
  /** Over ‖x‖ and the row's residual. */
  slope: number
  /** What does not shrink with the row. */
  lost: number
}

function coreError(dimension: number): number {
  return relative(Math.ceil(dimension / 16) + 16) + 2 ** -40
}

function codedTerms(query: Float32Array, codes: QueryCodes): Terms {
  const { numbers, step, residual, norm } = encodeQuery(query, codes)
  const type = codes === 'fine' ? 'Int16' : 'Int8'
  return {
    product: `arraySum(arrayMap((x, y) -> x * y, codes, CAST([${numbers.join(',')}], 'Array(${type})')))`,
    factor: step,
    flat: residual + coreError(query.length) * norm,
    slope: residual + norm,
    lost: 0,
  }
}

function plainTerms(query: Float32Array, kernel: 'dotProduct' | 'arrays'): Terms {
  const dimension = query.length
  const numbers = `[${Array.from(query, quoteNumber).join(',')}]`
  const { norm } = encodeQuery(query, 'fine')
  if (kernel === 'arrays') {
    return {
      product: `arraySum(arrayMap((x, y) -> x * y, row, CAST(${numbers}, 'Array(Float64)')))`,
      factor: 1,
      flat: norm * (coreError(dimension) + dimension * 2 ** -52),
      slope: 0,
      lost: 0,
    }
  }
  return {
    product: `toFloat64(dotProduct(row, CAST(${numbers}, 'Array(Float32)')))`,
    factor: 1,
    flat: norm * (coreError(dimension) + relative(dimension + 1)),
    slope: 0,
    // float32 below 2^-126
    lost: dimension * 2 ** -148,
  }
}
