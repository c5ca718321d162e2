/**
 * What relaxed kernels need of rows beside their codes, and of the table.
 *
 *   codedNorms   |V| float32   s·||c||, a little wider: fewer bits of a query lose more, so that the largest
 *                              of all rows would be too wide a bound for most
 *   codeSums     |V| int32     Σ c, for codes of 8 bits: a query is multiplied as q + 32, to be positive
 *   lossRatio                  how much of ||f|| / ||u|| is worth it
 *   maxK                       up to how many matches; 0 while nothing of this is known
 */
import { WIDER } from '../code-stats'
import { columnBytes } from '../columns'
import { Table } from '../records'
import { eightOf, evenOf, oddOf } from './nibbles'
import { gatherWide } from './wide-columns'

/** Where a query's few bits lose more than so many times what the codes lose, it gets more. */
const MAX_LOSS: f64 = 6
/** Of codes of 4 bits, which lose sixteen times as much, and have no finer bounds. */
const MAX_LOSS_BY_FOUR: f64 = 1
/** Of so many rows for each that is wanted, few are left open by a query's few bits. */
const ROWS_A_MATCH: u32 = 512
/** Rows that are looked at. */
const SAMPLE: u32 = 256
/** The standard deviation of a rounding, in steps. */
const ROUNDED: f64 = 0.28867513459481287

/** Finds out, by a sample of `size` rows, which questions gain. After `addRows`. */
export function measureRows(table: Table, size: u32): void {
  const spreads = table.columns + columnBytes(table.dimension)
  let squares: f64 = 0
  for (let j: u32 = 0; j < table.dimension; j++) {
    const spread = <f64>load<f32>(spreads + (j << 2))
    squares += spread * spread
  }
  const lost = Math.sqrt(squares) * ROUNDED
  let residuals: f64 = 0
  let norms: f64 = 0
  for (let id: u32 = 0, step = max(size / SAMPLE, 1); id < size; id += step) {
    const scale = Math.abs(<f64>load<f32>(table.codeScales + (id << 2)))
    const residual = <f64>load<f32>(table.residuals + (id << 2))
    if (!(residual < Infinity)) continue
    // rows that are int8 lose nothing, but lost as much when they were made
    residuals += Math.max(residual, scale * lost)
    norms += <f64>load<f32>(table.codedNorms + (id << 2))
  }
  table.maxK = size / ROWS_A_MATCH
  table.lossRatio = <f32>(((table.codeBits === 4 ? MAX_LOSS_BY_FOUR : MAX_LOSS) * residuals) / norms)
}

/** Finds what belongs to rows [from, to), whose codes are in place. */
export function addRows(table: Table, from: u32, to: u32): void {
  if (table.codeBits === 4) {
    for (let id = from & ~3; id < to; id += 4) addFour(table, id)
    return
  }
  for (let id = from; id < to; id++) {
    addRow(table, id)
    gatherWide(table, id)
  }
}

function addRow(table: Table, id: u32): void {
  const codes = table.codes + id * table.codeStride
  const end = table.dimension & ~15
  let sums = i32x4.splat(0)
  let squares = i32x4.splat(0)
  for (let j: u32 = 0; j < end; j += 16) {
    const c = v128.load(codes + j)
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_s(c)))
    const low = i16x8.extend_low_i8x16_s(c)
    const high = i16x8.extend_high_i8x16_s(c)
    squares = i32x4.add(squares, i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high)))
  }
  let sum = sumOf(sums)
  let square = sumOf(squares)
  for (let j = end; j < table.dimension; j++) {
    const c = <i32>load<i8>(codes + j)
    sum += c
    square += c * c
  }
  store<i32>(table.codeSums + (id << 2), sum)
  storeNorm(table, id, <f64>square)
}

/**
 * The norms of four rows of codes of 4 bits: c = 2 u − 15, so Σ c² = 4 Σ u² − 60 Σ u + 225 for each column.
 */
function addFour(table: Table, id: u32): void {
  let codes = eightOf(table, id) + ((id & 4) << 2)
  let sums = i32x4.splat(0)
  for (let j: u32 = 0; j < table.codeStride; j += 8) {
    const v = v128.load(codes)
    const even = evenOf(v)
    const odd = oddOf(v)
    const squares = i16x8.add(
      i16x8.relaxed_dot_i8x16_i7x16_s(even, even),
      i16x8.relaxed_dot_i8x16_i7x16_s(odd, odd),
    )
    const plain = i16x8.extadd_pairwise_i8x16_s(i8x16.add(even, odd))
    const all = i16x8.sub(i16x8.shl(squares, 2), i16x8.mul(plain, i16x8.splat(60)))
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_s(all))
    codes += 32
  }
  const columns = <i32>table.codeStride * 225
  storeNorm(table, id, <f64>(i32x4.extract_lane(sums, 0) + columns))
  storeNorm(table, id + 1, <f64>(i32x4.extract_lane(sums, 1) + columns))
  storeNorm(table, id + 2, <f64>(i32x4.extract_lane(sums, 2) + columns))
  storeNorm(table, id + 3, <f64>(i32x4.extract_lane(sums, 3) + columns))
}

function storeNorm(table: Table, id: u32, squares: f64): void {
  const scale = Math.abs(<f64>load<f32>(table.codeScales + (id << 2)))
  store<f32>(table.codedNorms + (id << 2), <f32>(scale * Math.sqrt(squares) * WIDER))
}

function sumOf(lanes: v128): i32 {
  return (
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    (i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3))
  )
}
