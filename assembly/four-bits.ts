/**
 * Codes of 4 bits: half the bytes of encode.ts's, for tables whose rows they still separate (bindings/ tries
 * a sample).
 *
 * As there, x = μ + s·(w∘c) + e, but with the odd numbers −15 … 15 for c, and with the best of a few scales
 * for s. All that plan-question.ts says of c, s and e holds for them as it stands.
 *
 * Stored is n = (c − 1)/2 of −8 … 7 in 4 bits: four columns make an int16, the last as it is in the upper
 * four bits, the others as u = n + 8. So v = u0 + 16 u1 + 256 u2 + 4096 n3 as a signed number, and arithmetic
 * shifts leave u1 + 16 u2 + 256 n3 and so on. With four numbers of the query, a dot product needs no mask:
 *
 *   v·q0 + (v >> 4)·(q1 − 16 q0) + (v >> 8)·(q2 − 16 q1) + (v >> 12)·(q3 − 16 q2)
 *     = u0 q0 + u1 q1 + u2 q2 + n3 q3
 *   c·q = 2 · that + Σ (of each four columns) q3 − 15 (q0 + q1 + q2)
 *
 * Sums may wrap around in 32 bits: what comes out at the end fits. |q1 − 16 q0| fits 16 bits where |q| is at
 * most MAX_BY_FOUR.
 *
 * Eight rows lie together, so that a scan reads one stream: for each eight columns 32 bytes, four of each
 * row.
 */
import { Question, Table } from './records'

/** Largest number of a quantised query. */
export const MAX_BY_FOUR: f64 = 1927

/** Eight columns of a row, numbers of −8 … 7, in 32 bits. */
export function packFours(numbers: v128): u32 {
  const fours = v128.xor(v128.and(numbers, i16x8.splat(15)), i16x8(8, 8, 8, 0, 8, 8, 8, 0))
  const pairs = i32x4.dot_i16x8_s(fours, i16x8(1, 16, 256, 4096, 1, 16, 256, 4096))
  const low = i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1)
  const high = i32x4.extract_lane(pairs, 2) + i32x4.extract_lane(pairs, 3)
  return low | (high << 16)
}

/** Where the first eight columns of a row lie; the next eight lie 32 bytes behind. */
export function placeByFour(table: Table, id: u32): usize {
  return eightOf(table, id) + ((id & 7) << 2)
}

/** Where the eight rows begin that row `id` is one of. */
function eightOf(table: Table, id: u32): usize {
  return table.codes + (id >> 3) * (table.codeStride << 2)
}

/**
 * Turns a quantised query into what products are made with, in its place: of each eight columns the pairs
 * (q0, q4), (q1 − 16 q0, q5 − 16 q4) and so on. Returns what the codes' lower bits leave out of each product.
 */
export function packQuery(query: usize, columns: u32): i32 {
  let constant = i32x4.splat(0)
  for (const end = query + (columns << 1); query < end; query += 16) {
    const q = v128.load(query)
    constant = i32x4.add(constant, i32x4.dot_i16x8_s(q, i16x8(-15, -15, -15, 1, -15, -15, -15, 1)))
    const pairs = v128.shuffle<i16>(q, q, 0, 4, 1, 5, 2, 6, 3, 7)
    const before = v128.shuffle<i32>(i32x4.splat(0), pairs, 0, 4, 5, 6)
    v128.store(query, i16x8.sub(pairs, i16x8.shl(before, 4)))
  }
  return (
    i32x4.extract_lane(constant, 0) +
    i32x4.extract_lane(constant, 1) +
    (i32x4.extract_lane(constant, 2) + i32x4.extract_lane(constant, 3))
  )
}

/**
 * As products.ts, of rows [from, to) with the query of a question. `from` is a multiple of 8; there is room
 * for as many.
 */
export function productsByFour(table: Table, question: Question, from: u32, to: u32): void {
  const constant = i32x4.splat(question.constant)
  const query = question.quantised
  const queryEnd = query + (table.codeStride << 1)
  let codes = eightOf(table, from)
  let target = question.products
  for (let id = from; id < to; id += 8) {
    let s0 = i32x4.splat(0)
    let s1 = i32x4.splat(0)
    for (let q = query; q < queryEnd; q += 16) {
      const v0 = v128.load(codes)
      const v1 = v128.load(codes, 16)
      const q0 = v128.load32_splat(q)
      const q1 = v128.load32_splat(q, 4)
      const q2 = v128.load32_splat(q, 8)
      const q3 = v128.load32_splat(q, 12)
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v0, q0))
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v1, q0))
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(i16x8.shr_s(v0, 4), q1))
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(i16x8.shr_s(v1, 4), q1))
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(i16x8.shr_s(v0, 8), q2))
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(i16x8.shr_s(v1, 8), q2))
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(i16x8.shr_s(v0, 12), q3))
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(i16x8.shr_s(v1, 12), q3))
      codes += 32
    }
    v128.store(target, i32x4.add(i32x4.add(s0, s0), constant))
    v128.store(target, i32x4.add(i32x4.add(s1, s1), constant), 16)
    target += 32
  }
}
