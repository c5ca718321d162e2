/**
 * The products c·q of codes with queries of 16 bits, exact in int32: what a certified scan spends its time
 * on.
 *
 * Four rows share each load of the query. They are a quarter of the block apart: adjacent rows side by side
 * defeat the hardware prefetcher (bench/ measures it).
 */
import { Table } from './records'

/** Adds up the lanes of four registers: lane i of the answer is the sum of register i's. */
function sumsOf(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  const low = i32x4.add(v128.shuffle<i32>(s0, s1, 0, 4, 1, 5), v128.shuffle<i32>(s0, s1, 2, 6, 3, 7))
  const high = i32x4.add(v128.shuffle<i32>(s2, s3, 0, 4, 1, 5), v128.shuffle<i32>(s2, s3, 2, 6, 3, 7))
  return i32x4.add(v128.shuffle<i64>(low, high, 0, 2), v128.shuffle<i64>(low, high, 1, 3))
}

function storeSums(target: usize, quarter: u32, sums: v128): void {
  v128.store32_lane(target, sums, 0)
  v128.store32_lane(target + (quarter << 2), sums, 1)
  v128.store32_lane(target + (quarter << 3), sums, 2)
  v128.store32_lane(target + quarter * 12, sums, 3)
}

function productOf(codes: usize, stride: u32, query: usize): i32 {
  let sum = i32x4.splat(0)
  for (let j: u32 = 0; j < stride; j += 8) {
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load8x8_s(codes + j), v128.load(query + (j << 1))))
  }
  return (
    i32x4.extract_lane(sum, 0) +
    i32x4.extract_lane(sum, 1) +
    (i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3))
  )
}

/** Writes the products of rows [from, to) with one query, int32 each. */
export function products(table: Table, query: usize, from: u32, to: u32, target: usize): void {
  const stride = table.codeStride
  const quarter = (to - from) >> 2
  const step = quarter * stride
  let row = table.codes + from * stride
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
  for (let id = from + quarter * 4; id < to; id++) {
    store<i32>(target + ((id - from) << 2), productOf(table.codes + id * stride, stride, query))
  }
}

/** The same with two queries: each code is widened once for both. */
export function productsOfTwo(
  table: Table,
  query: usize,
  other: usize,
  from: u32,
  to: u32,
  target: usize,
  otherTarget: usize,
): void {
  const stride = table.codeStride
  const quarter = (to - from) >> 2
  const step = quarter * stride
  let row = table.codes + from * stride
  for (let i: u32 = 0; i < quarter; i++) {
    let s0 = i32x4.splat(0)
    let s1 = i32x4.splat(0)
    let s2 = i32x4.splat(0)
    let s3 = i32x4.splat(0)
    let t0 = i32x4.splat(0)
    let t1 = i32x4.splat(0)
    let t2 = i32x4.splat(0)
    let t3 = i32x4.splat(0)
    for (let j: u32 = 0; j < stride; j += 8) {
      const q = v128.load(query + (j << 1))
      const p = v128.load(other + (j << 1))
      const at = row + j
      const c0 = v128.load8x8_s(at)
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(c0, q))
      t0 = i32x4.add(t0, i32x4.dot_i16x8_s(c0, p))
      const c1 = v128.load8x8_s(at + step)
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(c1, q))
      t1 = i32x4.add(t1, i32x4.dot_i16x8_s(c1, p))
      const c2 = v128.load8x8_s(at + 2 * step)
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(c2, q))
      t2 = i32x4.add(t2, i32x4.dot_i16x8_s(c2, p))
      const c3 = v128.load8x8_s(at + 3 * step)
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(c3, q))
      t3 = i32x4.add(t3, i32x4.dot_i16x8_s(c3, p))
    }
    storeSums(target + (i << 2), quarter, sumsOf(s0, s1, s2, s3))
    storeSums(otherTarget + (i << 2), quarter, sumsOf(t0, t1, t2, t3))
    row += stride
  }
  for (let id = from + quarter * 4; id < to; id++) {
    const codes = table.codes + id * stride
    store<i32>(target + ((id - from) << 2), productOf(codes, stride, query))
    store<i32>(otherTarget + ((id - from) << 2), productOf(codes, stride, other))
  }
}
