/**
 * What certified exact search rests on, and its first step. A search scans the codes, skips only rows that
 * are proved not to be among the best, and scores the rest (certified-scan.ts).
 *
 * With x = μ + s·(w∘c) + e (encode.ts), the query u, v = w∘u, and v = t·q + f with q in 16-bit integers:
 *
 *   x·u = μ·u + s·t·(c·q) + s·(c·f) + e·u
 *         └─A─┘  └─from the codes─┘
 *   |s·(c·f)| ≤ s·||c||·||f|| ≤ F        |e·u| ≤ ||e||·||u||        (Cauchy-Schwarz, both)
 *
 * so x·u ≤ A + s·t·(c·q) + r·U + F with r ≥ ||e||, U ≥ ||u||. The score that counts is not x·u but what
 * dot.ts makes of it in float32: n = ⌈d/16⌉ + 6 roundings, off by at most n·2⁻²⁴·||x||·||u||. The bound
 * itself is computed in float32, a dozen roundings of terms of at most (||x|| + 2||μ|| + 2r)·U + F. And e was
 * computed in float32, off by 8 roundings of terms of at most ||x|| + ||μ|| + ||e|| (of int8 rows: one, x =
 * fl(s·c)). All of it is below
 *
 *   ρ·(||x|| + 2||μ|| + ||e||)·U + F/1024   with  ρ = (n + 40)·2⁻²⁴
 *
 * which encode.ts adds to r and planQuestion to F. For the cosine both sides are multiplied by the same two
 * stored inverse norms (three more roundings, within the forty). Tables whose norms leave [2⁻⁵⁰, 2⁶⁰] are not
 * given codes and queries that do are not certified (bindings/), so nothing here overflows, and what
 * underflows is below 2⁻¹²⁰, which F holds too.
 *
 * A bound that does not stay below the k-th best score, NaN included, sends its row to the float32 kernel.
 * Nothing above depends on how many bits c or q have, but through what is lost.
 *
 * All of it bounds |score − A − s·t·(c·q)|, so there is a lower bound as well: k rows whose lower bounds
 * reach L are k rows whose scores do, and a row whose upper bound is below L is not among the best. So rows
 * are first listed, by upper bounds against the k-th best lower one; those listed are scored at the end, the
 * surest first (open-rows.ts).
 */
import { CODE_NORM, CODED_NORM, CODED_RATIO } from './code-stats'
import { columnBytes } from './columns'
import { MAX_BY_FOUR, packQuery } from './four-bits'
import { Question, Table } from './records'
import { COSINE } from './score'

/** The proof counts roundings of up to so many columns. */
export const MAX_CODED_COLUMNS: u32 = 65536

/** Both halves of four numbers in float64. */
function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x)
}

function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3))
}

function sum(lanes: v128): f64 {
  return f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1)
}

/**
 * Quantises the query, works out A, t, U and F, and marks the question certified; unless there is nothing to
 * gain, the query being zeros. The query is padded with zeros, and so are the columns, to a multiple of 8.
 */
export function planQuestion(table: Table, question: Question): void {
  const bytes = columnBytes(table.dimension)
  const means = table.columns
  const spreads = table.columns + bytes
  const query = question.query
  let offset = f64x2.splat(0)
  let squares = f64x2.splat(0)
  let scaledSquares = f64x2.splat(0)
  let largest = f64x2.splat(0)
  for (let at: usize = 0; at < bytes; at += 16) {
    const u = v128.load(query + at)
    const w = v128.load(spreads + at)
    const mean = v128.load(means + at)
    offset = f64x2.add(offset, f64x2.mul(low(u), low(mean)))
    offset = f64x2.add(offset, f64x2.mul(high(u), high(mean)))
    squares = f64x2.add(squares, f64x2.mul(low(u), low(u)))
    squares = f64x2.add(squares, f64x2.mul(high(u), high(u)))
    const v0 = f64x2.mul(low(u), low(w))
    const v1 = f64x2.mul(high(u), high(w))
    scaledSquares = f64x2.add(scaledSquares, f64x2.mul(v0, v0))
    scaledSquares = f64x2.add(scaledSquares, f64x2.mul(v1, v1))
    largest = f64x2.max(largest, f64x2.max(f64x2.abs(v0), f64x2.abs(v1)))
  }
  const widest = Math.max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1))
  if (widest === 0) return
  // |c·q| ≤ ||c||·||q|| stays in 32 bits
  const codeNorm = <f64>load<f32>(table.stats + CODE_NORM)
  const levels: f64 = table.codeBits === 4 ? MAX_BY_FOUR : 32766
  const step = <f32>Math.max(widest / levels, (Math.sqrt(sum(scaledSquares)) * codeNorm) / 1073741824)
  const lost = quantise(query, spreads, question.quantised, bytes, step)
  if (table.codeBits === 4) question.constant = packQuery(question.quantised, table.codeStride)
  const coded = <f64>load<f32>(table.stats + (question.metric === COSINE ? CODED_RATIO : CODED_NORM))
  const scale: f64 = question.metric === COSINE ? <f64>question.inverseNorm : 1
  const wider: f64 = 1 + 1 / 512
  question.offset = <f32>(sum(offset) * scale)
  question.step = step * <f32>scale
  question.norm = <f32>(Math.sqrt(sum(squares)) * scale * (1 + 1 / 65536))
  question.slack = <f32>(Math.sqrt(lost) * coded * scale * wider + 1e-36)
  question.rescored = 0
  question.tried = 0
  question.listBytes = 0
  question.certified = 1
}

/** q = round(w∘u / t) in 16 bits. Returns ||f||² of f = w∘u − t·q. */
function quantise(query: usize, spreads: usize, target: usize, bytes: usize, step: f32): f64 {
  const steps = f64x2.splat(<f64>step)
  let lost = f64x2.splat(0)
  for (let at: usize = 0; at < bytes; at += 16) {
    const u = v128.load(query + at)
    const w = v128.load(spreads + at)
    const v0 = f64x2.mul(low(u), low(w))
    const v1 = f64x2.mul(high(u), high(w))
    const q0 = i32x4.trunc_sat_f64x2_s_zero(f64x2.nearest(f64x2.div(v0, steps)))
    const q1 = i32x4.trunc_sat_f64x2_s_zero(f64x2.nearest(f64x2.div(v1, steps)))
    const q = i16x8.narrow_i32x4_s(v128.shuffle<i64>(q0, q1, 0, 2), i32x4.splat(0))
    v128.store64_lane(target + (at >> 1), q, 0)
    // f from the narrowed q, so that a number cut off is part of what is lost
    const narrowed = i32x4.extend_low_i16x8_s(q)
    const f0 = f64x2.sub(v0, f64x2.mul(f64x2.convert_low_i32x4_s(narrowed), steps))
    const upper = v128.shuffle<i32>(narrowed, narrowed, 2, 3, 2, 3)
    const f1 = f64x2.sub(v1, f64x2.mul(f64x2.convert_low_i32x4_s(upper), steps))
    lost = f64x2.add(lost, f64x2.add(f64x2.mul(f0, f0), f64x2.mul(f1, f1)))
  }
  return sum(lost)
}
