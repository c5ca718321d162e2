/**
 * The products c·q of codes of 8 bits with queries of plan-question.ts, exact in int32, in two ways:
 *
 *   Sum = i16   two times two products are added up in 16 bits (i16x8.relaxed_dot_i8x16_i7x16_s)
 *   Sum = i32   four are added up in 32 bits (i32x4.relaxed_dot_i8x16_i7x16_add_s): one instruction on ARM and
 *               on x86 with AVX-VNNI, three elsewhere. Which way is faster here is measured (bindings/relaxed.ts).
 *
 * What is relaxed of these is what they do with a second operand of 128 and more, and whether two products
 * saturate in 16 bits. Neither comes up: the query, 0 … 64, is second, so −128 · 64 · 2 ≤ c₀ q₀ + c₁ q₁ ≤
 * 127 · 64 · 2, and two such sums are −2¹⁵ at least and less than 2¹⁵. So every processor gives the same
 * numbers. (WebAssembly relaxed SIMD proposal.)
 */
import { storeSums, storeToFour, sumsOf } from '../products'
import { Question, Table } from '../records'
import { wideQueryOf } from './plan-question'
import { WIDE_COLUMNS } from './wide-columns'

/** `sums` and c·q of 32 columns, which add up over its lanes. */
function add<Sum>(sums: v128, c0: v128, c1: v128, q0: v128, q1: v128): v128 {
  if (sizeof<Sum>() === 4) {
    return i32x4.relaxed_dot_i8x16_i7x16_add_s(c1, q1, i32x4.relaxed_dot_i8x16_i7x16_add_s(c0, q0, sums))
  }
  const products = i16x8.add(i16x8.relaxed_dot_i8x16_i7x16_s(c0, q0), i16x8.relaxed_dot_i8x16_i7x16_s(c1, q1))
  return i32x4.add(sums, i32x4.extadd_pairwise_i16x8_s(products))
}

/**
 * Writes the products of rows [from, to) with the query of a question to its place for them, int32 each. Four
 * rows, a quarter of the block apart, share each load of the query (../products.ts). Where rows are no
 * multiple of four, up to three more are read and written; zeros follow the query up to a multiple of 32.
 */
export function products<Sum>(table: Table, question: Question, from: u32, to: u32): void {
  const stride = table.codeStride
  const quarter = (to - from + 3) >> 2
  const apart = quarter * stride
  let row = table.codes + from * stride
  for (let i: u32 = 0; i < quarter; i++) {
    let s0 = i32x4.splat(0)
    let s1 = i32x4.splat(0)
    let s2 = i32x4.splat(0)
    let s3 = i32x4.splat(0)
    let r0 = row
    let r1 = r0 + apart
    let r2 = r1 + apart
    let r3 = r2 + apart
    row += stride
    for (let query = question.quantised; r0 < row; query += 32) {
      const q0 = v128.load(query)
      const q1 = v128.load(query, 16)
      s0 = add<Sum>(s0, v128.load(r0), v128.load(r0, 16), q0, q1)
      s1 = add<Sum>(s1, v128.load(r1), v128.load(r1, 16), q0, q1)
      s2 = add<Sum>(s2, v128.load(r2), v128.load(r2, 16), q0, q1)
      s3 = add<Sum>(s3, v128.load(r3), v128.load(r3, 16), q0, q1)
      r0 += 32
      r1 += 32
      r2 += 32
      r3 += 32
    }
    storeSums(question.products + (i << 2), quarter, sumsOf(s0, s1, s2, s3))
  }
  finishProducts(table, question, from, to)
}

/** The same with four queries: two rows, half of the block apart, share each load of all four. */
export function productsOfFour<Sum>(
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
      const r0 = v128.load(at)
      const r1 = v128.load(at, 16)
      const u0 = v128.load(at + apart)
      const u1 = v128.load(at + apart, 16)
      s0 = add<Sum>(s0, r0, r1, v128.load(qa), v128.load(qa, 16))
      t0 = add<Sum>(t0, u0, u1, v128.load(qa), v128.load(qa, 16))
      s1 = add<Sum>(s1, r0, r1, v128.load(qb), v128.load(qb, 16))
      t1 = add<Sum>(t1, u0, u1, v128.load(qb), v128.load(qb, 16))
      s2 = add<Sum>(s2, r0, r1, v128.load(qc), v128.load(qc, 16))
      t2 = add<Sum>(t2, u0, u1, v128.load(qc), v128.load(qc, 16))
      s3 = add<Sum>(s3, r0, r1, v128.load(qd), v128.load(qd, 16))
      t3 = add<Sum>(t3, u0, u1, v128.load(qd), v128.load(qd, 16))
      qa += 32
      qb += 32
      qc += 32
      qd += 32
    }
    storeToFour(i << 2, sumsOf(s0, s1, s2, s3), a, b, c, d)
    storeToFour((i + half) << 2, sumsOf(t0, t1, t2, t3), a, b, c, d)
  }
  finishProducts(table, a, from, to)
  finishProducts(table, b, from, to)
  finishProducts(table, c, from, to)
  finishProducts(table, d, from, to)
}

/** Takes off what q + 32 added to each product, and adds those of the wide columns. */
function finishProducts(table: Table, question: Question, from: u32, to: u32): void {
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
