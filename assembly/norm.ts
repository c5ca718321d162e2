/**
 * Inverse Euclidean norms, stored beside the rows so that a cosine costs one multiplication.
 *
 * The squares are summed in float64: element i goes to lane i mod 4 of four running sums (the last vector
 * padded with zeros), added as (l0 + l2) + (l1 + l3). 1/√sum is rounded to float32. Three cases have no such
 * number:
 *   a row of zeros                     → 0, which makes its cosine with everything 0;
 *   a norm outside [2^-50, 2^60]       → NaN, the mark for cosine.ts to take the float64 way;
 *   a row that holds NaN or infinities → reported, for the caller to reject or leave out.
 */
import { widened } from './elements'
import { Table } from './records'

const SMALLEST: f64 = 1 / <f64>((<u64>1) << 50)
const LARGEST: f64 = <f64>((<u64>1) << 60)

function squaredNorm(row: usize, dimension: u32): f64 {
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  const wholeEnd = row + ((dimension & ~3) << 2)
  while (row < wholeEnd) {
    const x = v128.load(row)
    const a = f64x2.promote_low_f32x4(x)
    const b = f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3))
    low = f64x2.add(low, f64x2.mul(a, a))
    high = f64x2.add(high, f64x2.mul(b, b))
    row += 16
  }
  const rest = dimension & 3
  if (rest > 0) {
    const a = f64x2.promote_low_f32x4(rest > 1 ? v128.load64_zero(row) : v128.load32_zero(row))
    low = f64x2.add(low, f64x2.mul(a, a))
    if (rest > 2) {
      const b = f64x2.promote_low_f32x4(v128.load32_zero(row, 8))
      high = f64x2.add(high, f64x2.mul(b, b))
    }
  }
  const sum = f64x2.add(low, high)
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
}

/** 1/||row|| as float32, or one of the marks above; +Infinity stands for a row that is not finite. */
export function inverseNorm(row: usize, dimension: u32): f32 {
  const squared = squaredNorm(row, dimension)
  if (!(squared <= f64.MAX_VALUE)) return f32.POSITIVE_INFINITY
  if (squared === 0) return 0
  const norm = Math.sqrt(squared)
  if (norm < SMALLEST || norm > LARGEST) return f32.NaN
  return <f32>(1 / norm)
}

/**
 * Writes the inverse norms of rows [from, to) of a table and returns the first row that is not finite, or
 * `to`. What stands at that row is +Infinity.
 */
export function inverseNorms(table: Table, from: u32, to: u32): u32 {
  const dimension = table.dimension
  for (let id = from; id < to; id++) {
    const inverse = inverseNorm(widened(table, id), dimension)
    store<f32>(table.inverseNorms + (id << 2), inverse)
    if (inverse === f32.POSITIVE_INFINITY) return id
  }
  return to
}
