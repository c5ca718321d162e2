/**
 * The types in which rows are stored, and how their numbers become float32. Every one of them does so
 * exactly, but for int8, whose numbers are *defined* as the float32 product of code and scale. So a table
 * gives the same answers to the bit as the float32 table of its numbers.
 *
 *   F32   float32 as it is
 *   BF16  the upper 16 bits of a float32
 *   F16   IEEE 754 binary16: sign, 5 bits of exponent, 10 of mantissa
 *   INT8  −128 … 127, times a float32 scale of the row
 *
 * In generics a type stands for each: f32, u16 for BF16, i16 for F16, i8 for INT8.
 */
import { Table } from './records'

export const F32: u32 = 0
export const BF16: u32 = 1
export const F16: u32 = 2
export const INT8: u32 = 3

/** 2^112: what the exponent of a half is off by when its bits are read as float32's. */
const HALF_EXPONENT: u32 = 0x77800000

/**
 * Four numbers from `at` on. A half that is infinite or NaN reads as a finite number: `widenTo` checks for
 * them.
 */
export function four<T>(at: usize, scale: v128): v128 {
  if (isFloat<T>()) return v128.load(at)
  if (sizeof<T>() === 1) {
    const codes = i16x8.extend_low_i8x16_s(v128.load32_zero(at))
    return f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(codes)), scale)
  }
  if (!isSigned<T>()) return i32x4.shl(v128.load16x4_u(at), 16)
  const bits = v128.load16x4_s(at)
  const magnitude = i32x4.shl(v128.and(bits, i32x4.splat(0x7fff)), 13)
  const sign = v128.and(bits, i32x4.splat(0x80000000))
  return v128.or(f32x4.mul(magnitude, i32x4.splat(HALF_EXPONENT)), sign)
}

/** One number of a row. */
export function element(table: Table, row: usize, index: u32, scale: f32): f32 {
  if (table.type === F32) return load<f32>(row + (index << 2))
  if (table.type === INT8) return <f32>load<i8>(row + index) * scale
  const bits = load<u16>(row + (index << 1))
  if (table.type === BF16) return reinterpret<f32>((<u32>bits) << 16)
  const magnitude = reinterpret<f32>((<u32>(bits & 0x7fff)) << 13) * reinterpret<f32>(HALF_EXPONENT)
  const finite = (bits & 0x7c00) !== 0x7c00
  return reinterpret<f32>(
    ((<u32>(bits & 0x8000)) << 16) |
      (finite ? reinterpret<u32>(magnitude) : 0x7f800000 | ((<u32>(bits & 0x3ff)) << 13)),
  )
}

export function rowAt(table: Table, id: u32): usize {
  return table.rows + id * table.rowBytes
}

/** The scale of a row; 1 where rows have none. */
export function scaleOf(table: Table, id: u32): f32 {
  return table.type === INT8 ? load<f32>(table.rowScales + (id << 2)) : 1
}

/** Writes row `id` as d float32 to `target`. Infinities and NaN stay what they are. */
export function widenTo(table: Table, id: u32, target: usize): void {
  const row = rowAt(table, id)
  switch (table.type) {
    case F32:
      memory.copy(target, row, table.rowBytes)
      break
    case BF16:
      // Stryker disable next-line NumberLiteral: rows of 16 bits have no scale
      widen<u16>(table, row, target, 1)
      break
    case F16:
      // Stryker disable next-line NumberLiteral: rows of 16 bits have no scale
      widen<i16>(table, row, target, 1)
      break
    default:
      widen<i8>(table, row, target, scaleOf(table, id))
  }
}

function widen<T>(table: Table, row: usize, target: usize, scale: f32): void {
  const dimension = table.dimension
  const scales = f32x4.splat(scale)
  const whole = dimension & ~3
  for (let index: u32 = 0; index < whole; index += 4) {
    const at = row + index * sizeof<T>()
    // what four() reads as finite: an exponent of all ones
    if (sizeof<T>() === 2 && isSigned<T>() && hasSpecialHalf(at)) {
      for (let i = index; i < index + 4; i++) store<f32>(target + (i << 2), element(table, row, i, scale))
    } else {
      v128.store(target + (index << 2), four<T>(at, scales))
    }
  }
  for (let i = whole; i < dimension; i++) store<f32>(target + (i << 2), element(table, row, i, scale))
}

/** Whether one of the four halves at `at` is infinite or NaN. */
function hasSpecialHalf(at: usize): bool {
  const exponent = i32x4.splat(0x7c00)
  return v128.any_true(i32x4.eq(v128.and(v128.load16x4_u(at), exponent), exponent))
}

/** Row `id` as float32: where it lies if it lies so, else in the table's scratch, until the next call. */
export function widened(table: Table, id: u32): usize {
  if (table.type === F32) return rowAt(table, id)
  widenTo(table, id, table.widened)
  return table.widened
}
