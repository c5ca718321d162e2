/**
 * The products of codes of 4 bits with queries of 8 (plan-question.ts): as products.ts, and exact for the
 * same reason. |q₀ u₀ + q₁ u₁| ≤ 2 · 127 · 15, with the codes, u = 0 … 15, second; eight of them add up to
 * less than 2¹⁵. What is added to c = 2 u − 15 stands in the question's constant (../four-bits.ts).
 */
import { Question, Table } from '../records'
import { eightOf, evenOf, oddOf } from './nibbles'

/** Bytes of a query whose products add up in 16 bits. */
const STEPS: usize = 32

/** Writes the products of rows [from, to) with the query of a question to its place for them, int32 each. */
export function productsByFour(table: Table, question: Question, from: u32, to: u32): void {
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
      for (const part = min(query + STEPS, end); query < part; query += 8) {
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

/** The same with four queries. */
export function productsOfFourByFour(
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
    for (const part = min(qa + STEPS, end); qa < part; qa += 8) {
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

function storeByFour(question: Question, at: usize, sums: v128): void {
  v128.store(question.products + at, i32x4.add(i32x4.add(sums, sums), i32x4.splat(question.constant)))
}
