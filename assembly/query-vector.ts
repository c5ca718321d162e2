/** v = w∘u, what a query is quantised from, in float32: plan-question.ts and relaxed/plan-question.ts. */
import { columnBytes } from './columns'
import { Question, Table } from './records'

/**
 * 1.5 · 2²³: a number of up to 22 bits added to it is rounded to an integer, which its lower bits then hold.
 */
export const ROUNDER: f32 = 12582912
/** What roundings in float32 add to ||f||, per unit of ||v||: three a column, and squares that vanish. */
const ROUNDED: f64 = 1 / <f64>(1 << 21)
/** How much wider ||f|| is than it was computed: its own sum errs by far less. */
const WIDER: f64 = 1 + 1 / 512

/** Both halves of four numbers in float64. */
export function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x)
}

export function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3))
}

/** Four numbers of v. `at` is their first column's place, in bytes of float32. */
export function scaledFour(table: Table, question: Question, at: usize): v128 {
  return f32x4.mul(
    v128.load(question.query + at),
    v128.load(table.columns + columnBytes(table.dimension) + at),
  )
}

export function sumOf(lanes: v128): f64 {
  return (
    <f64>f32x4.extract_lane(lanes, 0) +
    <f64>f32x4.extract_lane(lanes, 1) +
    (<f64>f32x4.extract_lane(lanes, 2) + <f64>f32x4.extract_lane(lanes, 3))
  )
}

export function largestOf(lanes: v128): f64 {
  return <f64>(
    Mathf.max(
      Mathf.max(f32x4.extract_lane(lanes, 0), f32x4.extract_lane(lanes, 1)),
      Mathf.max(f32x4.extract_lane(lanes, 2), f32x4.extract_lane(lanes, 3)),
    )
  )
}

/** scale·||f||, where float32 made `lost` of ||f||² and v has this length. */
export function lengthOf(lost: f64, length: f64, scale: f64): f32 {
  return <f32>((Math.sqrt(lost) + length * ROUNDED) * scale * WIDER)
}
