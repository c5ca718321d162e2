/**
 * What stands beside each row on the engine: int8 codes to scan instead of it, and what bounds their error.
 *
 *   x = scale · codes + r,   codes in −127 … 127,   ‖r‖ ≤ residual · ‖x‖
 *
 * norm is ‖x‖ in float64; residual is rounded up. Both are 0 for a row of zeros. How they bound a score is in bound.ts.
 */

import { quantise } from '../core/element-types.ts'

/** What is stored beside n rows. */
export interface CodedRows {
  codes: Int8Array
  scales: Float32Array
  norms: Float64Array
  residuals: Float32Array
}

/** Codes of n rows, row-major. */
export function encodeRows(rows: Float32Array, dimension: number): CodedRows {
  const size = rows.length / dimension
  const coded = {
    codes: new Int8Array(rows.length),
    scales: new Float32Array(size),
    norms: new Float64Array(size),
    residuals: new Float32Array(size),
  }
  for (let row = 0; row < size; row++) encodeRow(rows, row, dimension, coded)
  return coded
}

function encodeRow(rows: Float32Array, row: number, dimension: number, target: CodedRows): void {
  const start = row * dimension
  // a scale too small for float32 is 0: then the row is all residual
  const scale = quantise(rows, start, dimension, target.codes)
  let squares = 0
  let residual = 0
  for (let i = start; i < start + dimension; i++) {
    const [value, code] = [rows[i] ?? 0, target.codes[i] ?? 0]
    squares += value * value
    residual += (value - scale * code) ** 2
  }
  const norm = Math.sqrt(squares)
  target.scales[row] = scale
  target.norms[row] = norm
  // float64 rounds these sums by far less than the 2^-21 that is added, which also outweighs the rounding to float32
  target.residuals[row] = norm === 0 ? 0 : (Math.sqrt(residual) / norm) * (1 + 2 ** -21)
}

/** A query as whole numbers of 16 or 8 bits: q = step · numbers + p, ‖p‖ ≤ residual. */
export interface CodedQuery {
  numbers: Int16Array
  step: number
  residual: number
  /** ‖q‖ */
  norm: number
}

export function encodeQuery(query: Float32Array, codes: 'fine' | 'coarse'): CodedQuery {
  const largest = query.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const step = largest / (codes === 'fine' ? 32_767 : 127)
  const numbers = Int16Array.from(query, (value) => (step > 0 ? Math.round(value / step) : 0))
  let squares = 0
  let residual = 0
  query.forEach((value, i) => {
    squares += value * value
    residual += (value - step * numbers[i]!) ** 2
  })
  return { numbers, step, residual: Math.sqrt(residual) * (1 + 2 ** -40), norm: Math.sqrt(squares) }
}
