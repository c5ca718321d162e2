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
 * Nothing above depends on how many bits c or q have, but through what is lost. v is rounded to float32, and
 * f computed in it: query-vector.ts adds to ||f|| what that can lose.
 *
 * All of it bounds |score − A − s·t·(c·q)|, so there is a lower bound as well: k rows whose lower bounds
 * reach L are k rows whose scores do, and a row whose upper bound is below L is not among the best. So rows
 * are first listed, by upper bounds against the k-th best lower one; those listed are scored at the end, the
 * surest first (open-rows.ts).
 */
import { CODE_NORM, CODED_NORM, CODED_RATIO } from './code-stats'
import { columnBytes } from './columns'
import { MAX_BY_FOUR, packQuery } from './four-bits'
import { high, largestOf, lengthOf, low, ROUNDER, scaledFour, sumOf } from './query-vector'
import { CERTIFIED, Question, RELAXED, Table } from './records'
import { COSINE } from './score'

/** The proof counts roundings of up to so many columns. */
export const MAX_CODED_COLUMNS: u32 = 65536

/** U is as much larger than ||u||, of which there is the inverse. */
const NORM_WIDER: f64 = 1 + 1 / 65536
/** Between these lengths of v squares in float32 lose nothing that matters, and none overflows. */
const MIN_LENGTH: f64 = 1 / <f64>((<u64>1) << 40)
const MAX_LENGTH: f64 = <f64>((<u64>1) << 60)

/**
 * Quantises the query, works out A, t, U and F, and marks the question certified; unless there is nothing to
 * gain, the query being zeros. The query is padded with zeros, and so are the columns, to a multiple of 8.
 */
export function planQuestion(table: Table, question: Question): void {
  let offset = f64x2.splat(0)
  let squares = f32x4.splat(0)
  let largest = f32x4.splat(0)
  for (let at: usize = 0, end = columnBytes(table.dimension); at < end; at += 16) {
    const u = v128.load(question.query + at)
    const mean = v128.load(table.columns + at)
    offset = f64x2.add(offset, f64x2.mul(low(u), low(mean)))
    offset = f64x2.add(offset, f64x2.mul(high(u), high(mean)))
    const v = scaledFour(table, question, at)
    squares = f32x4.add(squares, f32x4.mul(v, v))
    largest = f32x4.max(largest, f32x4.abs(v))
  }
  const length = Math.sqrt(sumOf(squares))
  if (!(length > MIN_LENGTH && length < MAX_LENGTH)) return
  const isCosine = question.metric === COSINE
  const scale: f64 = isCosine ? <f64>question.inverseNorm : 1
  question.offset = <f32>((f64x2.extract_lane(offset, 0) + f64x2.extract_lane(offset, 1)) * scale)
  question.norm = <f32>((NORM_WIDER / <f64>question.inverseNorm) * scale)
  question.rescored = 0
  question.tried = 0
  question.listBytes = 0
  question.overflowed = 0
  question.certified =
    table.relaxed !== 0 &&
    call_indirect<bool>(table.relaxed, table, question, largestOf(largest), length, scale)
      ? RELAXED
      : planInSixteenBits(table, question, largestOf(largest), length, scale)
}

/** Quantises v, whose largest number and length are given, and works out t and F. Returns CERTIFIED. */
function planInSixteenBits(table: Table, question: Question, widest: f64, length: f64, scale: f64): u32 {
  const isPacked = table.codeBits === 4
  // |c·q| ≤ ||c||·||q|| stays in 32 bits
  const codeNorm = <f64>load<f32>(table.stats + CODE_NORM)
  const step = <f32>Math.max(widest / (isPacked ? MAX_BY_FOUR : 32766), (length * codeNorm) / 1073741824)
  const lost = quantise(table, question, step)
  if (isPacked) question.constant = packQuery(question.quantised, table.codeStride)
  const coded = <f64>load<f32>(table.stats + (question.metric === COSINE ? CODED_RATIO : CODED_NORM))
  question.step = step * <f32>scale
  question.slack = lengthOf(lost, length, coded * scale) + 1e-36
  return CERTIFIED
}

/** q = round(v / t) in 16 bits, which it fits. Returns ||f||² of f = v − t·q. */
function quantise(table: Table, question: Question, step: f32): f64 {
  let lost = f32x4.splat(0)
  for (let at: usize = 0, end = columnBytes(table.dimension); at < end; at += 16) {
    const v = scaledFour(table, question, at)
    const rounded = f32x4.add(f32x4.mul(v, f32x4.splat(1 / step)), f32x4.splat(ROUNDER))
    const f = f32x4.sub(v, f32x4.mul(f32x4.sub(rounded, f32x4.splat(ROUNDER)), f32x4.splat(step)))
    lost = f32x4.add(lost, f32x4.mul(f, f))
    const q = i32x4.sub(rounded, f32x4.splat(ROUNDER))
    v128.store64_lane(question.quantised + (at >> 1), i16x8.narrow_i32x4_s(q, q), 0)
  }
  return sumOf(lost)
}
