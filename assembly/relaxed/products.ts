/**
 * The products c·q of codes with queries of plan-question.ts, exact in int32, by
 * i16x8.relaxed_dot_i8x16_i7x16_s. What is relaxed of it is what it does with a second operand of 128 and more,
 * and whether a pair's sum saturates in 16 bits. Neither comes up:
 *
 *   codes of 8 bits   −128 · 64 · 2 ≤ c₀ q₀ + c₁ q₁ ≤ 127 · 64 · 2, with the query, 0 … 64, second; two of them
 *                     add up to −2¹⁵ at least, and to less than 2¹⁵
 *   codes of 4 bits   |q₀ u₀ + q₁ u₁| ≤ 2 · 127 · 15, with the codes, u = 0 … 15, second; eight of them add up
 *                     to less than 2¹⁵
 *
 * So every processor gives the same numbers. (WebAssembly relaxed SIMD proposal.)
 */
import { Question, Table } from '../records'
import { eightOf, evenOf, oddOf } from './nibbles'
import { wideQueryOf } from './plan-question'
import { WIDE_COLUMNS } from './wide-columns'

/** Bytes of a query, for codes of 4 bits, whose products add up in 16 bits. */
const STEPS_BY_FOUR: usize = 32

/** Writes the products of rows [from, to) with the query of a question to its place for them, int32 each. */
export function products(table: Table, question: Question, from: u32, to: u32): void {
  if (table.codeBits === 4) productsByFour(table, question, from, to)
  else productsByEight(table, question, from, to)
}

/** The same with four queries. */
export function productsOfFour(
  table: Table,
  a: Question,
  b: Question,
  c: Question,
  d: Question,
  from: u32,
  to: u32,
): void {
  if (table.codeBits === 4) {
    ofFourByFour(table, a, b, c, d, from, to)
    return
  }
  ofFourByEight(table, a, b, c, d, from, to)
  finishProducts(table, a, from, to)
  finishProducts(table, b, from, to)
  finishProducts(table, c, from, to)
  finishProducts(table, d, from, to)
}

/** c·q of 16 columns, in four sums. */
function dot(codes: v128, query: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(codes, query))
}

/** c·q of 32 columns. */
function dotOfTwo(codes: usize, q: v128, p: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_s(
    i16x8.add(
      i16x8.relaxed_dot_i8x16_i7x16_s(v128.load(codes), q),
      i16x8.relaxed_dot_i8x16_i7x16_s(v128.load(codes, 16), p),
    ),
  )
}

/** Adds up the lanes of four registers: lane i of the answer is the sum of register i's. */
export function sumsOf(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  const low = i32x4.add(v128.shuffle<i32>(s0, s1, 0, 4, 1, 5), v128.shuffle<i32>(s0, s1, 2, 6, 3, 7))
  const high = i32x4.add(v128.shuffle<i32>(s2, s3, 0, 4, 1, 5), v128.shuffle<i32>(s2, s3, 2, 6, 3, 7))
  return i32x4.add(v128.shuffle<i64>(low, high, 0, 2), v128.shuffle<i64>(low, high, 1, 3))
}

/**
 * Four rows, a quarter of the block apart, share each load of the query (../products.ts). Where rows are no
 * multiple of four, up to three more are read and written.
 */
function productsByEight(table: Table, question: Question, from: u32, to: u32): void {
  const stride = table.codeStride
  const quarter = (to - from + 3) >> 2
  const apart = quarter * stride
  let row = table.codes + from * stride
  let target = question.products
  for (const end = target + (quarter << 2); target < end; target += 4) {
    let s0 = i32x4.splat(0)
    let s1 = i32x4.splat(0)
    let s2 = i32x4.splat(0)
    let s3 = i32x4.splat(0)
    let r0 = row
    let r1 = r0 + apart
    let r2 = r1 + apart
    let r3 = r2 + apart
    row += stride
    let query = question.quantised
    for (; r0 + 16 < row; r0 += 32) {
      const q = v128.load(query)
      const p = v128.load(query, 16)
      s0 = i32x4.add(s0, dotOfTwo(r0, q, p))
      s1 = i32x4.add(s1, dotOfTwo(r1, q, p))
      s2 = i32x4.add(s2, dotOfTwo(r2, q, p))
      s3 = i32x4.add(s3, dotOfTwo(r3, q, p))
      query += 32
      r1 += 32
      r2 += 32
      r3 += 32
    }
    if (r0 < row) {
      const q = v128.load(query)
      s0 = i32x4.add(s0, dot(v128.load(r0), q))
      s1 = i32x4.add(s1, dot(v128.load(r1), q))
      s2 = i32x4.add(s2, dot(v128.load(r2), q))
      s3 = i32x4.add(s3, dot(v128.load(r3), q))
    }
    const sums = sumsOf(s0, s1, s2, s3)
    v128.store32_lane(target, sums, 0)
    v128.store32_lane(target + (quarter << 2), sums, 1)
    v128.store32_lane(target + (quarter << 3), sums, 2)
    v128.store32_lane(target + quarter * 12, sums, 3)
  }
  finishProducts(table, question, from, to)
}

/** Two rows, half of the block apart, share each load of four queries. */
function ofFourByEight(
  table: Table,
  a: Question,
  b: Question,
  c: Question,
  d: Question,
  from: u32,
  to: u32,
): void {
  const stride = table.codeStride
  const half = (to - from + 1) >> 1
  const apart = half * stride
  let row = table.codes + from * stride
  for (let i: u32 = 0; i < half; i++) {
    let s0 = i32x4.splat(0)
    let s1 = i32x4.splat(0)
    let s2 = i32x4.splat(0)
    let s3 = i32x4.splat(0)
    let t0 = i32x4.splat(0)
    let t1 = i32x4.splat(0)
    let t2 = i32x4.splat(0)
    let t3 = i32x4.splat(0)
    let qa = a.quantised
    let qb = b.quantised
    let qc = c.quantised
    let qd = d.quantised
    let at = row
    row += stride
    for (; at < row; at += 32) {
      let q = v128.load(qa)
      let p = v128.load(qa, 16)
      s0 = i32x4.add(s0, dotOfTwo(at, q, p))
      t0 = i32x4.add(t0, dotOfTwo(at + apart, q, p))
      q = v128.load(qb)
      p = v128.load(qb, 16)
      s1 = i32x4.add(s1, dotOfTwo(at, q, p))
      t1 = i32x4.add(t1, dotOfTwo(at + apart, q, p))
      q = v128.load(qc)
      p = v128.load(qc, 16)
      s2 = i32x4.add(s2, dotOfTwo(at, q, p))
      t2 = i32x4.add(t2, dotOfTwo(at + apart, q, p))
      q = v128.load(qd)
      p = v128.load(qd, 16)
      s3 = i32x4.add(s3, dotOfTwo(at, q, p))
      t3 = i32x4.add(t3, dotOfTwo(at + apart, q, p))
      qa += 32
      qb += 32
      qc += 32
      qd += 32
    }
    storeToFour(i << 2, sumsOf(s0, s1, s2, s3), a, b, c, d)
    storeToFour((i + half) << 2, sumsOf(t0, t1, t2, t3), a, b, c, d)
  }
}

export function storeToFour(at: usize, sums: v128, a: Question, b: Question, c: Question, d: Question): void {
  v128.store32_lane(a.products + at, sums, 0)
  v128.store32_lane(b.products + at, sums, 1)
  v128.store32_lane(c.products + at, sums, 2)
  v128.store32_lane(d.products + at, sums, 3)
}

/** Takes off what q + 32 added to each product, and adds those of the wide columns. */
export function finishProducts(table: Table, question: Question, from: u32, to: u32): void {
  let target = question.products
  if (table.wideCount === 0) {
    for (let id = from; id < to; id += 4) {
      const sums = i32x4.shl(v128.load(table.codeSums + (id << 2)), 5)
      v128.store(target, i32x4.sub(v128.load(target), sums))
      target += 16
    }
    return
  }
  const query = v128.load(wideQueryOf(table, question))
  const shift = question.wideShift
  let wide = table.wideCodes + from * WIDE_COLUMNS
  for (let id = from; id < to; id += 4) {
    const sums = i32x4.shl(v128.load(table.codeSums + (id << 2)), 5)
    const main = i32x4.shl(i32x4.sub(v128.load(target), sums), shift)
    const wides = sumsOf(
      i32x4.dot_i16x8_s(v128.load8x8_s(wide), query),
      i32x4.dot_i16x8_s(v128.load8x8_s(wide, 8), query),
      i32x4.dot_i16x8_s(v128.load8x8_s(wide, 16), query),
      i32x4.dot_i16x8_s(v128.load8x8_s(wide, 24), query),
    )
    v128.store(target, i32x4.add(main, wides))
    target += 16
    wide += 4 * WIDE_COLUMNS
  }
}

function productsByFour(table: Table, question: Question, from: u32, to: u32): void {
  const constant = i32x4.splat(question.constant)
  const end = question.quantised + table.codeStride
  let codes = eightOf(table, from)
  let target = question.products
  for (let id = from; id < to; id += 8) {
    let s0 = i32x4.splat(0)
    let s1 = i32x4.splat(0)
    for (let query = question.quantised; query < end; ) {
      let p0 = i16x8.splat(0)
      let p1 = i16x8.splat(0)
      for (const part = min(query + STEPS_BY_FOUR, end); query < part; query += 8) {
        const v0 = v128.load(codes)
        const v1 = v128.load(codes, 16)
        p0 = i16x8.add(p0, dotOfEight(query, evenOf(v0), oddOf(v0)))
        p1 = i16x8.add(p1, dotOfEight(query, evenOf(v1), oddOf(v1)))
        codes += 32
      }
      s0 = i32x4.add(s0, i32x4.extadd_pairwise_i16x8_s(p0))
      s1 = i32x4.add(s1, i32x4.extadd_pairwise_i16x8_s(p1))
    }
    v128.store(target, i32x4.add(i32x4.add(s0, s0), constant))
    v128.store(target, i32x4.add(i32x4.add(s1, s1), constant), 16)
    target += 32
  }
}

/** u·q of eight columns of four rows, in two sums each. */
function dotOfEight(query: usize, even: v128, odd: v128): v128 {
  return i16x8.add(
    i16x8.relaxed_dot_i8x16_i7x16_s(v128.load32_splat(query), even),
    i16x8.relaxed_dot_i8x16_i7x16_s(v128.load32_splat(query, 4), odd),
  )
}

function ofFourByFour(
  table: Table,
  a: Question,
  b: Question,
  c: Question,
  d: Question,
  from: u32,
  to: u32,
): void {
  const length = table.codeStride << 2
  let codes = eightOf(table, from)
  for (let at: usize = 0, end = ((to - from + 7) & ~7) << 2; at < end; at += 32) {
    ofFourRows(table, codes, at, a, b, c, d)
    ofFourRows(table, codes + 16, at + 16, a, b, c, d)
    codes += length
  }
}

/** Of four rows, whose codes are masked once for four queries. `at` is where their products go. */
function ofFourRows(
  table: Table,
  codes: usize,
  at: usize,
  a: Question,
  b: Question,
  c: Question,
  d: Question,
): void {
  let qa = a.quantised
  let qb = b.quantised
  let qc = c.quantised
  let qd = d.quantised
  const end = qa + table.codeStride
  let s0 = i32x4.splat(0)
  let s1 = i32x4.splat(0)
  let s2 = i32x4.splat(0)
  let s3 = i32x4.splat(0)
  while (qa < end) {
    let p0 = i16x8.splat(0)
    let p1 = i16x8.splat(0)
    let p2 = i16x8.splat(0)
    let p3 = i16x8.splat(0)
    for (const part = min(qa + STEPS_BY_FOUR, end); qa < part; qa += 8) {
      const v = v128.load(codes)
      const even = evenOf(v)
      const odd = oddOf(v)
      p0 = i16x8.add(p0, dotOfEight(qa, even, odd))
      p1 = i16x8.add(p1, dotOfEight(qb, even, odd))
      p2 = i16x8.add(p2, dotOfEight(qc, even, odd))
      p3 = i16x8.add(p3, dotOfEight(qd, even, odd))
      codes += 32
      qb += 8
      qc += 8
      qd += 8
    }
    s0 = i32x4.add(s0, i32x4.extadd_pairwise_i16x8_s(p0))
    s1 = i32x4.add(s1, i32x4.extadd_pairwise_i16x8_s(p1))
    s2 = i32x4.add(s2, i32x4.extadd_pairwise_i16x8_s(p2))
    s3 = i32x4.add(s3, i32x4.extadd_pairwise_i16x8_s(p3))
  }
  storeByFour(a, at, s0)
  storeByFour(b, at, s1)
  storeByFour(c, at, s2)
  storeByFour(d, at, s3)
}

export function storeByFour(question: Question, at: usize, sums: v128): void {
  v128.store(question.products + at, i32x4.add(i32x4.add(sums, sums), i32x4.splat(question.constant)))
}
