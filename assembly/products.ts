/**
 * The products c·q of codes with queries of 16 bits, exact in int32: what a certified scan spends its time
 * on.
 *
 * Four rows share each load of the query. They are a quarter of the block apart: adjacent rows side by side
 * defeat the hardware prefetcher (bench/ measures it). Where rows are no multiple of four, up to three more
 * are read and written; bindings/layout.ts has room for them.
 */
import { Question } from './records'

/** Adds up the lanes of four registers: lane i of the answer is the sum of register i's. */
export function sumsOf(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  const low = i32x4.add(v128.shuffle<i32>(s0, s1, 0, 4, 1, 5), v128.shuffle<i32>(s0, s1, 2, 6, 3, 7))
  const high = i32x4.add(v128.shuffle<i32>(s2, s3, 0, 4, 1, 5), v128.shuffle<i32>(s2, s3, 2, 6, 3, 7))
  return i32x4.add(v128.shuffle<i64>(low, high, 0, 2), v128.shuffle<i64>(low, high, 1, 3))
}

/** Writes the lanes a quarter of a block apart. */
export function storeSums(target: usize, quarter: u32, sums: v128): void {
  v128.store32_lane(target, sums, 0)
  v128.store32_lane(target + (quarter << 2), sums, 1)
  v128.store32_lane(target + (quarter << 3), sums, 2)
  v128.store32_lane(target + quarter * 12, sums, 3)
}

/** Writes the products of `rows` rows' codes with a question's query to its place for them, int32 each. */
export function products(codes: usize, stride: u32, rows: u32, question: Question): void {
  const query = question.quantised
  const target = question.products
  const quarter = (rows + 3) >> 2
  const step = quarter * stride
  let row = codes
  for (let i: u32 = 0; i < quarter; i++) {
    let s0 = i32x4.splat(0)
    let s1 = i32x4.splat(0)
    let s2 = i32x4.splat(0)
    let s3 = i32x4.splat(0)
    let r0 = row
    let r1 = row + step
    let r2 = r1 + step
    let r3 = r2 + step
    let q: v128
    let j: u32 = 0
    for (; j + 8 < stride; j += 16) {
      q = v128.load(query + (j << 1))
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(r0), q))
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(r1), q))
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load8x8_s(r2), q))
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load8x8_s(r3), q))
      q = v128.load(query + (j << 1), 16)
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(r0, 8), q))
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(r1, 8), q))
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load8x8_s(r2, 8), q))
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load8x8_s(r3, 8), q))
      r0 += 16
      r1 += 16
      r2 += 16
      r3 += 16
    }
    if (j < stride) {
      q = v128.load(query + (j << 1))
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(r0), q))
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(r1), q))
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load8x8_s(r2), q))
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load8x8_s(r3), q))
    }
    storeSums(target + (i << 2), quarter, sumsOf(s0, s1, s2, s3))
    row += stride
  }
}

/**
 * The same with four queries: two rows, half of them apart, share each load of all four, and each code is
 * widened once.
 */
export function productsOfFour(
  codes: usize,
  stride: u32,
  rows: u32,
  a: Question,
  b: Question,
  c: Question,
  d: Question,
): void {
  const half = (rows + 1) >> 1
  const step = half * stride
  let row = codes
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
    for (; at < row; at += 8) {
      const r = v128.load8x8_s(at)
      const t = v128.load8x8_s(at + step)
      let q = v128.load(qa)
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(r, q))
      t0 = i32x4.add(t0, i32x4.dot_i16x8_s(t, q))
      q = v128.load(qb)
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(r, q))
      t1 = i32x4.add(t1, i32x4.dot_i16x8_s(t, q))
      q = v128.load(qc)
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(r, q))
      t2 = i32x4.add(t2, i32x4.dot_i16x8_s(t, q))
      q = v128.load(qd)
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(r, q))
      t3 = i32x4.add(t3, i32x4.dot_i16x8_s(t, q))
      qa += 16
      qb += 16
      qc += 16
      qd += 16
    }
    storeToFour(i << 2, sumsOf(s0, s1, s2, s3), a, b, c, d)
    storeToFour((i + half) << 2, sumsOf(t0, t1, t2, t3), a, b, c, d)
  }
}

/** Writes a lane to each question's products. */
export function storeToFour(at: usize, sums: v128, a: Question, b: Question, c: Question, d: Question): void {
  v128.store32_lane(a.products + at, sums, 0)
  v128.store32_lane(b.products + at, sums, 1)
  v128.store32_lane(c.products + at, sums, 2)
  v128.store32_lane(d.products + at, sums, 3)
}
