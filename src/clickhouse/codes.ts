/**
 * What is stored beside each row on the engine: int8 codes to scan instead of it, and what bounds their
 * error.
 *
 *   x = scale · codes + r,   codes in −127 … 127,   ‖r‖ ≤ residual · ‖x‖
 *
 * norm is ‖x‖ in float64; residual is rounded up. Both are 0 for a row of zeros. bound.ts bounds scores by
 * them.
 */

import { quantise } from '../core/write-rows.ts'

export interface CodedRow {
  scale: number
  norm: number
  residual: number
}

/** Writes the codes of a row into `codes`. */
export function encodeRow(row: Float32Array, codes: Int8Array<ArrayBuffer>): CodedRow {
  // a scale too small for float32 is 0: then the row is all residual
  const scale = quantise(row, 0, row.length, codes)
  const { norm, error } = lengths(row, codes, scale)
  // float64 rounds these sums by far less than the 2^-21, which also outweighs the rounding to float32
  return { scale, norm, residual: norm === 0 ? 0 : (error / norm) * (1 + 2 ** -21) }
}

/**
 * How finely a query is coded: 'fine' in 16 bits where it is alone, 'coarse' in 8 where many share a scan,
 * which multiplies those in half the time.
 */
export type QueryCodes = 'fine' | 'coarse'

const QUERY_CODES = { fine: { type: 'Int16', max: 32_767 }, coarse: { type: 'Int8', max: 127 } } as const

/** A query as integers: q = step · numbers + p, ‖p‖ ≤ residual. */
export interface CodedQuery {
  numbers: Int16Array
  /** The engine's type of the numbers. */
  type: string
  step: number
  residual: number
  /** ‖q‖ */
  norm: number
}

export function encodeQuery(query: Float32Array, codes: QueryCodes): CodedQuery {
  const { type, max } = QUERY_CODES[codes]
  const largest = query.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const step = largest / max
  const numbers = Int16Array.from(query, (value) => (step > 0 ? Math.round(value / step) : 0))
  const { norm, error } = lengths(query, numbers, step)
  return { numbers, type, step, residual: error * (1 + 2 ** -40), norm }
}

/** ‖vector‖ and ‖vector − scale · codes‖, summed in float64. */
function lengths(vector: Float32Array, codes: Int8Array | Int16Array, scale: number) {
  let squares = 0
  let errors = 0
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i]!
    squares += value * value
    errors += (value - scale * codes[i]!) ** 2
  }
  return { norm: Math.sqrt(squares), error: Math.sqrt(errors) }
}
