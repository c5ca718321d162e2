/**
 * Codes: each row once more in 8 bits per number, to be scanned in place of the row.
 *
 * Tables of language models have a common mean and a few columns far wider than the rest; plain codes would
 * spend their levels on those. So the column means μ are taken off and the columns divided by their spreads w
 * first (columns.ts):
 *
 *   y = x − μ        c_j = round(y_j / (w_j s))  in −127 … 127,  s = max_j |y_j / w_j| / 127
 *   x = μ + s·(w∘c) + e                          e: what the codes lose
 *
 * Stored per row: the codes, s, and the residual r, at least ||e|| and widened for every rounding
 * (plan-question.ts). μ and w need not be exact: whatever they are, e is measured against them.
 *
 * Rows that are int8 themselves are their own codes (adoptRows): c and s as they are, μ = 0, w = 1, e nothing
 * but rounding.
 *
 *   codes     |V| × stride int8, stride = d rounded up to a multiple of 8, the pad zero
 */
import { clearStats, MEAN_NORM, WIDER, widenStats } from './code-stats'
import { COLUMN_VECTORS, columnBytes } from './columns'
import { rowAt, scaleOf, widened } from './elements'
import { packFours, placeByFour } from './four-bits'
import { largestOf, ROUNDER, sumOf } from './query-vector'
import { Table } from './records'

/**
 * Scales tried for codes of 4 bits: the first covers the widest number, each is so much smaller than the one
 * before.
 */
const TRIED_SCALES = 4
const FIRST_SCALE: f32 = 1 / 16.5
const NEXT_SCALE: f32 = 0.88

const VANISHING: f64 = 5.293955920339377e-23 // 2^-74
const ROUNDING: f64 = 1 / <f64>(1 << 24)

/** ρ of plan-question.ts: what float32 arithmetic may add to a bound, per unit of ||x|| + 2||μ|| + ||e||. */
function rounding(dimension: u32): f64 {
  return <f64>(((dimension + 15) >> 4) + 6 + 40) * ROUNDING
}

/** Writes y = x − μ of a row to the columns' last vector and returns max_j |y_j / w_j|. */
function centre(table: Table, row: usize): f32 {
  const dimension = table.dimension
  const bytes = columnBytes(dimension)
  const means = table.columns
  const inverseSpreads = means + 2 * bytes
  const centred = means + 3 * bytes
  let largest = f32x4.splat(0)
  const end: usize = (dimension & ~3) << 2
  for (let at: usize = 0; at < end; at += 16) {
    const y = f32x4.sub(v128.load(row + at), v128.load(means + at))
    v128.store(centred + at, y)
    largest = f32x4.max(largest, f32x4.abs(f32x4.mul(y, v128.load(inverseSpreads + at))))
  }
  let widest = <f32>largestOf(largest)
  for (let at = end; at < dimension << 2; at += 4) {
    const y = load<f32>(row + at) - load<f32>(means + at)
    store<f32>(centred + at, y)
    widest = Mathf.max(widest, Mathf.abs(y * load<f32>(inverseSpreads + at)))
  }
  return widest
}

/**
 * Finds the codes of a row whose y is in place, for the scale s; writes them where `write`. They have 8 bits
 * or, where `four`, 4 and are odd (four-bits.ts). Returns ||c||² and, of what they lose, ||e||²: the first
 * two of four float32.
 */
function encodeRow(table: Table, id: u32, scale: f32, four: bool, write: bool): v128 {
  const bytes = columnBytes(table.dimension)
  const spreads = table.columns + bytes
  const inverseSpreads = spreads + bytes
  const centred = inverseSpreads + bytes
  const inverses = f32x4.splat(scale > 0 ? 1 / scale : 0)
  const scales = f32x4.splat(scale)
  // twice as large it rounds to even numbers
  const rounder = f32x4.splat(four ? 2 * ROUNDER : ROUNDER)
  const odd = f32x4.splat(four ? 1 : 0)
  const lowest = f32x4.splat(four ? -16 : -127)
  const highest = f32x4.splat(four ? 14 : 127)
  let target = four ? placeByFour(table, id) : table.codes + id * table.codeStride
  let squares = f32x4.splat(0)
  let lost = f32x4.splat(0)
  for (let at: usize = 0; at < bytes; at += 32) {
    const y0 = v128.load(centred + at)
    const level0 = f32x4.sub(f32x4.mul(f32x4.mul(y0, v128.load(inverseSpreads + at)), inverses), odd)
    // NaN becomes the lowest
    const rounded0 = f32x4.add(f32x4.pmin(highest, f32x4.pmax(lowest, level0)), rounder)
    // e from the clamped codes, so that clamping is part of what is lost
    const code0 = f32x4.add(f32x4.sub(rounded0, rounder), odd)
    const e0 = f32x4.sub(y0, f32x4.mul(f32x4.mul(scales, v128.load(spreads + at)), code0))
    squares = f32x4.add(squares, f32x4.mul(code0, code0))
    lost = f32x4.add(lost, f32x4.mul(e0, e0))
    const y1 = v128.load(centred + at, 16)
    const level1 = f32x4.sub(f32x4.mul(f32x4.mul(y1, v128.load(inverseSpreads + at, 16)), inverses), odd)
    // NaN becomes the lowest
    const rounded1 = f32x4.add(f32x4.pmin(highest, f32x4.pmax(lowest, level1)), rounder)
    // e from the clamped codes, so that clamping is part of what is lost
    const code1 = f32x4.add(f32x4.sub(rounded1, rounder), odd)
    const e1 = f32x4.sub(y1, f32x4.mul(f32x4.mul(scales, v128.load(spreads + at, 16)), code1))
    squares = f32x4.add(squares, f32x4.mul(code1, code1))
    lost = f32x4.add(lost, f32x4.mul(e1, e1))
    // Stryker disable next-line ConditionalExpression: what a try writes, the last one writes over
    if (!write) continue
    const numbers = i16x8.narrow_i32x4_s(i32x4.sub(rounded0, rounder), i32x4.sub(rounded1, rounder))
    if (four) {
      store<u32>(target, packFours(numbers))
      target += 32
    } else {
      v128.store64_lane(target, i8x16.narrow_i16x8_s(numbers, numbers), 0)
      target += 8
    }
  }
  return f32x4(<f32>sumOf(squares), <f32>sumOf(lost), 0, 0)
}

/** The best of a few scales: with few levels it pays to cut off the widest numbers. */
function bestScale(table: Table, id: u32, widest: f32): f32 {
  let fewest = f32.POSITIVE_INFINITY
  let best: f32 = 0
  let scale: f32 = widest * FIRST_SCALE
  for (let tries = 0; tries < TRIED_SCALES; tries++) {
    const lost = f32x4.extract_lane(encodeRow(table, id, scale, true, false), 1)
    if (!(lost < fewest)) break
    fewest = lost
    best = scale
    scale *= NEXT_SCALE
  }
  return best
}

/** Encodes rows [from, to) in `table.codeBits`. */
export function encodeRows(table: Table, from: u32, to: u32): void {
  const four = table.codeBits === 4
  const meanNorm = <f64>load<f32>(table.stats + MEAN_NORM)
  // squares of parts of e below 2^-75 vanish in float32: 2^-74 a number is more than all of them
  const vanished = Math.sqrt(<f64>table.codeStride) * VANISHING
  for (let id = from; id < to; id++) {
    const widest = centre(table, widened(table, id))
    const scale = four ? bestScale(table, id, widest) : widest / 127
    const sums = encodeRow(table, id, scale, four, true)
    const inverseNorm = inverseNormOf(table, id)
    const norm = inverseNorm > 0 ? WIDER / inverseNorm : 0
    const lost = Math.sqrt(<f64>f32x4.extract_lane(sums, 1)) + vanished
    const residual = lost * WIDER + rounding(table.dimension) * (norm + 2 * meanNorm + lost)
    store<f32>(table.codeScales + (id << 2), scale)
    store<f32>(table.residuals + (id << 2), <f32>(residual * WIDER))
    widenStats(table.stats, scale, Math.sqrt(<f64>f32x4.extract_lane(sums, 0)), inverseNorm)
  }
}

/** 0 for a row of zeros; a row that was skipped for NaN is marked +Infinity and reads as zeros too. */
function inverseNormOf(table: Table, id: u32): f64 {
  const inverseNorm = <f64>load<f32>(table.inverseNorms + (id << 2))
  return inverseNorm === Infinity ? 0 : inverseNorm
}

/**
 * In place of measureColumns and encodeRows where rows are int8: they are the codes, and lose nothing but
 * roundings.
 */
export function adoptRows(table: Table, size: u32): void {
  const dimension = table.dimension
  const bytes = columnBytes(dimension)
  memory.fill(table.columns, 0, COLUMN_VECTORS * bytes)
  for (let j: u32 = 0; j < dimension; j++) store<f32>(table.columns + bytes + (j << 2), 1)
  clearStats(table, 0)
  for (let id: u32 = 0; id < size; id++) {
    const row = rowAt(table, id)
    let squares: f64 = 0
    for (let j: u32 = 0; j < dimension; j++) {
      const code = <f64>load<i8>(row + j)
      squares += code * code
    }
    const inverseNorm = inverseNormOf(table, id)
    // codes whose products with the scale all underflow to zeros bound nothing: such a row is always scored
    const norm = inverseNorm > 0 ? WIDER / inverseNorm : squares > 0 ? Infinity : 0
    store<f32>(table.residuals + (id << 2), <f32>(rounding(dimension) * norm * WIDER))
    widenStats(table.stats, scaleOf(table, id), Math.sqrt(squares), inverseNorm)
  }
}
