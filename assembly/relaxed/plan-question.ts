/**
 * A query for the kernels of products.ts, in fewer bits than ../plan-question.ts gives it. The proof there
 * holds for any q: what fewer bits lose is in ||f||.
 *
 *   codes of 8 bits   q_j = 32 + round(v_j / T), 0 … 64, for all columns but the wide ones, where it is 32;
 *                     for these, 16 bits of v_j / t, with T = t · 2^wideShift; then what is lost, in 7 bits
 *   codes of 4 bits   q_j = round(v_j / t), −127 … 127, for each eight columns the even ones first
 *
 * v = w∘u. Behind the last column stand zeros up to a multiple of 32. The wide columns' 16 bits come last,
 * then room for eight float32.
 */

import { CODE_NORM } from '../code-stats'
import { columnBytes } from '../columns'
import { largestOf, lengthOf, ROUNDER, scaledFour, sumOf } from '../query-vector'
import { Question, Table } from '../records'
import { WIDE_COLUMNS } from './wide-columns'

/** Largest numbers of a quantised query. */
const LEVELS: f64 = 32
const LEVELS_BY_FOUR: f64 = 127
const WIDE_LEVELS: f64 = 32767
/** A half step of the query is so many of the fine one. */
const FINER: f32 = 126
const MAX_WIDE_SHIFT: u32 = 8
/** For fewer queries of codes of 4 bits in shorter rows the core's own kernels are as fast. */
const TOGETHER: u32 = 4
const WIDE_ROWS: u32 = 256
/** |c·q| stays in 32 bits where ||c||·||v||/t is at most this: roundings add less than twice as much. */
const MAX_PRODUCT: f64 = 536870912
/** What F holds beside what is lost: what underflows (../plan-question.ts). */
const SMALLEST: f32 = 1e-36

/** Bytes of a query, and of what it lost. */
function queryBytes(table: Table): usize {
  return (table.dimension + 31) & ~31
}

export function fineQueryOf(table: Table, question: Question): usize {
  return question.quantised + queryBytes(table)
}

export function wideQueryOf(table: Table, question: Question): usize {
  return question.quantised + 2 * queryBytes(table)
}

/**
 * Quantises the query, whose v has the largest number `widest` and this length. Returns false, and leaves the
 * query as it is, where bounds would be too wide.
 */
export function planQuestion(table: Table, question: Question, widest: f64, length: f64, scale: f64): bool {
  if (question.k > table.maxK) return false
  if (table.codeBits === 4) {
    if (table.queries < TOGETHER && table.codeStride < WIDE_ROWS) return false
    const step = <f32>(widest / LEVELS_BY_FOUR)
    return finish(table, question, step, quantise(table, question, step), length, scale)
  }
  const count = table.wideCount
  const wide = takeWideOut(table, question, count)
  const finest = Math.max(
    wide / WIDE_LEVELS,
    (length * <f64>load<f32>(table.stats + CODE_NORM)) / MAX_PRODUCT,
  )
  let step = <f32>Math.max((count === 0 ? widest : widestOf(table, question)) / LEVELS, finest)
  const fineStep = step / FINER
  const lost = quantise(table, question, step)
  const fineLost = quantiseLost(table, question, step, fineStep)
  question.wideShift = 0
  while (count > 0 && question.wideShift < MAX_WIDE_SHIFT && <f64>step * 0.5 >= finest) {
    step *= 0.5
    question.wideShift++
  }
  const wideLost = putWideBack(table, question, count, step)
  question.fineStep = fineStep * <f32>scale
  question.fineLost = lengthOf(fineLost + wideLost, length, scale)
  return finish(table, question, step, lost + wideLost, length, scale)
}

function finish(table: Table, question: Question, step: f32, lost: f64, length: f64, scale: f64): bool {
  question.step = step * <f32>scale
  question.lost = lengthOf(lost, length, scale)
  question.slack = SMALLEST
  return question.lost <= table.lossRatio * question.norm
}

/** Puts zeros for the query's wide columns and their numbers behind it. Returns the largest of |v|. */
function takeWideOut(table: Table, question: Question, count: u32): f64 {
  const spreads = table.columns + columnBytes(table.dimension)
  const taken = wideQueryOf(table, question) + 2 * WIDE_COLUMNS
  let largest: f64 = 0
  for (let i: u32 = 0; i < count; i++) {
    const at = load<u32>(table.wideColumns + (i << 2)) << 2
    const number = load<f32>(question.query + at)
    store<f32>(taken + (i << 2), number)
    store<f32>(question.query + at, 0)
    largest = Math.max(largest, Math.abs(<f64>number * <f64>load<f32>(spreads + at)))
  }
  return largest
}

/** Puts back what was taken out, and quantises it. Returns what is lost, as `quantise`. */
function putWideBack(table: Table, question: Question, count: u32, step: f32): f64 {
  const spreads = table.columns + columnBytes(table.dimension)
  const target = wideQueryOf(table, question)
  v128.store(target, i16x8.splat(0))
  let lost: f64 = 0
  for (let i: u32 = 0; i < count; i++) {
    const at = load<u32>(table.wideColumns + (i << 2)) << 2
    const number = load<f32>(target + 2 * WIDE_COLUMNS + (i << 2))
    store<f32>(question.query + at, number)
    const v = <f64>number * <f64>load<f32>(spreads + at)
    const q = Math.max(-WIDE_LEVELS, Math.min(WIDE_LEVELS, nearest(v / <f64>step)))
    store<i16>(target + (i << 1), <i16>q)
    const f = v - q * <f64>step
    lost += f * f
  }
  return lost
}

/** The largest of |v|. */
function widestOf(table: Table, question: Question): f64 {
  let largest = f32x4.splat(0)
  for (let at: usize = 0, end = columnBytes(table.dimension); at < end; at += 16) {
    largest = f32x4.max(largest, f32x4.abs(scaledFour(table, question, at)))
  }
  return largestOf(largest)
}

/**
 * Quantises all columns by `step`, which leaves no number above the levels. Returns ||f||² of f = v −
 * step·q.
 */
function quantise(table: Table, question: Question, step: f32): f64 {
  const isPacked = table.codeBits === 4
  const steps = f32x4.splat(step)
  const inverses = f32x4.splat(1 / step)
  const rounder = f32x4.splat(ROUNDER)
  let lost = f32x4.splat(0)
  let sums = i32x4.splat(0)
  for (let at: usize = 0, end = columnBytes(table.dimension); at < end; at += 32) {
    const v0 = scaledFour(table, question, at)
    const v1 = scaledFour(table, question, at + 16)
    const r0 = f32x4.add(f32x4.mul(v0, inverses), rounder)
    const r1 = f32x4.add(f32x4.mul(v1, inverses), rounder)
    const f0 = f32x4.sub(v0, f32x4.mul(f32x4.sub(r0, rounder), steps))
    const f1 = f32x4.sub(v1, f32x4.mul(f32x4.sub(r1, rounder), steps))
    lost = f32x4.add(lost, f32x4.add(f32x4.mul(f0, f0), f32x4.mul(f1, f1)))
    const q = i16x8.narrow_i32x4_s(i32x4.sub(r0, rounder), i32x4.sub(r1, rounder))
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_s(q))
    const numbers = isPacked
      ? v128.shuffle<i8>(q, q, 0, 4, 8, 12, 2, 6, 10, 14, 0, 0, 0, 0, 0, 0, 0, 0)
      : i8x16.narrow_i16x8_s(i16x8.add(q, i16x8.splat(32)), q)
    v128.store64_lane(question.quantised + (at >> 2), numbers, 0)
  }
  if (isPacked) question.constant = -15 * total(sums)
  else clearPad(table, question.quantised)
  return sumOf(lost)
}

/** Quantises what `quantise` lost, by a finer step. Returns what is lost then. */
function quantiseLost(table: Table, question: Question, step: f32, fineStep: f32): f64 {
  const target = fineQueryOf(table, question)
  let lost = f32x4.splat(0)
  for (let at: usize = 0, end = columnBytes(table.dimension); at < end; at += 32) {
    const q = v128.load8x8_u(question.quantised + (at >> 2))
    const q0 = f32x4.convert_i32x4_s(i32x4.sub(i32x4.extend_low_i16x8_u(q), i32x4.splat(32)))
    const q1 = f32x4.convert_i32x4_s(i32x4.sub(i32x4.extend_high_i16x8_u(q), i32x4.splat(32)))
    const f0 = f32x4.sub(scaledFour(table, question, at), f32x4.mul(q0, f32x4.splat(step)))
    const f1 = f32x4.sub(scaledFour(table, question, at + 16), f32x4.mul(q1, f32x4.splat(step)))
    const r0 = f32x4.add(f32x4.mul(f0, f32x4.splat(1 / fineStep)), f32x4.splat(ROUNDER))
    const r1 = f32x4.add(f32x4.mul(f1, f32x4.splat(1 / fineStep)), f32x4.splat(ROUNDER))
    const e0 = f32x4.sub(f0, f32x4.mul(f32x4.sub(r0, f32x4.splat(ROUNDER)), f32x4.splat(fineStep)))
    const e1 = f32x4.sub(f1, f32x4.mul(f32x4.sub(r1, f32x4.splat(ROUNDER)), f32x4.splat(fineStep)))
    lost = f32x4.add(lost, f32x4.add(f32x4.mul(e0, e0), f32x4.mul(e1, e1)))
    const g = i16x8.narrow_i32x4_s(i32x4.sub(r0, f32x4.splat(ROUNDER)), i32x4.sub(r1, f32x4.splat(ROUNDER)))
    v128.store64_lane(target + (at >> 2), i8x16.narrow_i16x8_s(i16x8.add(g, i16x8.splat(64)), g), 0)
  }
  clearPad(table, target)
  return sumOf(lost)
}

/** Where rows are int8, the next row's codes stand behind the last column. */
function clearPad(table: Table, query: usize): void {
  memory.fill(query + table.dimension, 0, queryBytes(table) - table.dimension)
}

function total(lanes: v128): i32 {
  return (
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    (i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3))
  )
}
