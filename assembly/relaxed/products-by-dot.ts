/**
 * The products of products.ts by i32x4.relaxed_dot_i8x16_i7x16_add_s, which adds up four in 32 bits: one instruction
 * on ARM and on x86 with AVX-VNNI, three elsewhere. Nothing of it is relaxed for these operands, as there.
 * Which kernels are faster here is measured (bindings/relaxed.ts).
 */
import { Question, Table } from '../records'
import { eightOf, evenOf, oddOf } from './nibbles'
import { finishProducts, storeByFour, storeToFour, sumsOf } from './products'

export function productsByDot(table: Table, question: Question, from: u32, to: u32): void {
  if (table.codeBits === 4) productsByFour(table, question, from, to)
  else productsByEight(table, question, from, to)
}

export function productsOfFourByDot(
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

/** `sums` and the products of 16 columns, of which the second operand's are positive. */
function add(sums: v128, signed: v128, positive: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(signed, positive, sums)
}

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
    // zeros follow the query up to a multiple of 32
    for (let query = question.quantised; r0 < row; query += 32) {
      let q = v128.load(query)
      s0 = add(s0, v128.load(r0), q)
      s1 = add(s1, v128.load(r1), q)
      s2 = add(s2, v128.load(r2), q)
      s3 = add(s3, v128.load(r3), q)
      q = v128.load(query, 16)
      s0 = add(s0, v128.load(r0, 16), q)
      s1 = add(s1, v128.load(r1, 16), q)
      s2 = add(s2, v128.load(r2, 16), q)
      s3 = add(s3, v128.load(r3, 16), q)
      r0 += 32
      r1 += 32
      r2 += 32
      r3 += 32
    }
    const sums = sumsOf(s0, s1, s2, s3)
    v128.store32_lane(target, sums, 0)
    v128.store32_lane(target + (quarter << 2), sums, 1)
    v128.store32_lane(target + (quarter << 3), sums, 2)
    v128.store32_lane(target + quarter * 12, sums, 3)
  }
  finishProducts(table, question, from, to)
}

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
    for (; at < row; at += 16) {
      const r = v128.load(at)
      const t = v128.load(at + apart)
      let q = v128.load(qa)
      s0 = add(s0, r, q)
      t0 = add(t0, t, q)
      q = v128.load(qb)
      s1 = add(s1, r, q)
      t1 = add(t1, t, q)
      q = v128.load(qc)
      s2 = add(s2, r, q)
      t2 = add(t2, t, q)
      q = v128.load(qd)
      s3 = add(s3, r, q)
      t3 = add(t3, t, q)
      qa += 16
      qb += 16
      qc += 16
      qd += 16
    }
    storeToFour(i << 2, sumsOf(s0, s1, s2, s3), a, b, c, d)
    storeToFour((i + half) << 2, sumsOf(t0, t1, t2, t3), a, b, c, d)
  }
}

function productsByFour(table: Table, question: Question, from: u32, to: u32): void {
  const end = question.quantised + table.codeStride
  let codes = eightOf(table, from)
  for (let at: usize = 0, length = ((to - from + 7) & ~7) << 2; at < length; at += 32) {
    let s0 = i32x4.splat(0)
    let s1 = i32x4.splat(0)
    for (let query = question.quantised; query < end; query += 8) {
      const even = v128.load32_splat(query)
      const odd = v128.load32_splat(query, 4)
      const v0 = v128.load(codes)
      const v1 = v128.load(codes, 16)
      s0 = add(add(s0, even, evenOf(v0)), odd, oddOf(v0))
      s1 = add(add(s1, even, evenOf(v1)), odd, oddOf(v1))
      codes += 32
    }
    storeByFour(question, at, s0)
    storeByFour(question, at + 16, s1)
  }
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
  let s0 = i32x4.splat(0)
  let s1 = i32x4.splat(0)
  let s2 = i32x4.splat(0)
  let s3 = i32x4.splat(0)
  for (const end = qa + table.codeStride; qa < end; qa += 8) {
    const v = v128.load(codes)
    const even = evenOf(v)
    const odd = oddOf(v)
    s0 = addEight(s0, qa, even, odd)
    s1 = addEight(s1, qb, even, odd)
    s2 = addEight(s2, qc, even, odd)
    s3 = addEight(s3, qd, even, odd)
    codes += 32
    qb += 8
    qc += 8
    qd += 8
  }
  storeByFour(a, at, s0)
  storeByFour(b, at, s1)
  storeByFour(c, at, s2)
  storeByFour(d, at, s3)
}

/** `sums` and u·q of eight columns of four rows. */
function addEight(sums: v128, query: usize, even: v128, odd: v128): v128 {
  return add(add(sums, v128.load32_splat(query), even), v128.load32_splat(query, 4), odd)
}
