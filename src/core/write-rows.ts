/** The conversion of given rows to the type that they are stored in. */
import type { ElementType, RowArrays } from './element-types.ts'
import { RowspaceError } from './errors.ts'
import { checkNumbers, describe, isVector } from './values.ts'

export interface GivenRows {
  rows: ArrayLike<number>
  /** One per row of codes. */
  scales: ArrayLike<number> | undefined
  dimension: number
  dtype: ElementType
}

/**
 * Writes rows to `target`. Numbers are rounded to the nearest of `dtype`, ties to even. A Uint16Array (bf16,
 * f16), a Float16Array and an Int8Array with scales have that type already and are copied.
 */
export function writeRows(given: GivenRows, target: RowArrays[ElementType], scales: Float32Array): void {
  const { rows, dtype, dimension } = given
  if (given.scales !== undefined) checkScales(given, given.scales)
  if (isStored(given)) {
    target.set(bitsOf(rows))
    if (given.scales !== undefined) scales.set(given.scales)
  } else if (dtype === 'f32') {
    target.set(rows)
  } else if (dtype === 'int8') {
    for (let id = 0; id < scales.length; id++) scales[id] = quantise(rows, id * dimension, dimension, target)
  } else {
    const bits = dtype === 'bf16' ? bfloat16Bits : float16Bits
    for (let i = 0; i < rows.length; i++) target[i] = bits(rows[i]!)
  }
}

function isStored({ rows, scales, dtype }: GivenRows): boolean {
  if (dtype === 'int8') return scales !== undefined
  if (dtype === 'bf16') return rows instanceof Uint16Array
  return dtype === 'f16' && (rows instanceof Uint16Array || isFloat16Array(rows))
}

// engines of 2024 have no Float16Array
function isFloat16Array(rows: ArrayLike<number>): rows is Uint16Array {
  return Object.prototype.toString.call(rows) === '[object Float16Array]'
}

function bitsOf(rows: ArrayLike<number>): ArrayLike<number> {
  return isFloat16Array(rows) ? new Uint16Array(rows.buffer, rows.byteOffset, rows.length) : rows
}

function checkScales({ rows, dtype, dimension }: GivenRows, scales: ArrayLike<number>): void {
  if (dtype !== 'int8' || !(rows instanceof Int8Array)) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `scales belong to an Int8Array of codes with dtype 'int8'; got ${describe(rows)} and dtype '${dtype}'.`,
    )
  }
  checkNumbers(scales, 'the list of scales')
  if (isVector(scales) && scales.length === rows.length / dimension) return
  throw new RowspaceError(
    'LENGTH_MISMATCH',
    `${rows.length / dimension} rows of codes need a scale each; got ` +
      `${isVector(scales) ? scales.length : describe(scales)}.`,
  )
}

/** Codes of one row from number `start` on, the largest of them ±127. Returns their scale. */
export function quantise(
  rows: ArrayLike<number>,
  start: number,
  dimension: number,
  target: RowArrays[ElementType],
): number {
  let largest = 0
  for (let i = start; i < start + dimension; i++) {
    const magnitude = Math.abs(rows[i]!)
    // NaN stays once it is there, and makes the scale NaN: the row is found when norms are computed
    if (magnitude > largest || Number.isNaN(magnitude)) largest = magnitude
  }
  const scale = Math.fround(largest / 127)
  for (let i = start; i < start + dimension; i++) {
    target[i] = scale > 0 ? Math.max(-127, Math.min(127, Math.round(rows[i]! / scale))) : 0
  }
  return scale
}

const FLOAT = new Float32Array(1)
const BITS = new Uint32Array(FLOAT.buffer)

/** The bits of the bfloat16 nearest to a number, ties to even. NaN stays NaN. */
export function bfloat16Bits(value: number): number {
  FLOAT[0] = value
  const bits = BITS[0]!
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16
}

/** The bits of the IEEE 754 binary16 nearest to a number, ties to even: from 65,520 on it is infinite. */
export function float16Bits(value: number): number {
  FLOAT[0] = value
  const bits = BITS[0]!
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (Number.isNaN(value)) return sign | 0x7e00
  // Stryker disable next-line EqualityOperator: rounding gives the same for 65,520 itself
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  // a float32 whose exponent is 2^-14 or more keeps 10 of its 23 bits and an exponent that is 112 less
  if (magnitude >= 0x38800000)
    return sign | (((magnitude + 0xfff + ((magnitude >>> 13) & 1)) >>> 13) - 0x1c000)
  return sign | roundToEven(Math.abs(FLOAT[0]) * 2 ** 24)
}

function roundToEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below
}
