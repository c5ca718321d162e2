/**
 * The one order in which rowspace sums a dot product.
 *
 * Element i of the row goes to lane i mod 16 of sixteen float32 running sums (four v128 registers); at the
 * end the registers are added as (s0 + s1) + (s2 + s3) and their lanes as (l0 + l2) + (l1 + l3). Products and
 * sums are rounded to float32 each, never fused. Every engine, thread and fast path that returns a score
 * returns the bits of this function: change it, and every stored answer changes.
 *
 * The row may end anywhere; the last vector is read past its end (into the next row, or the pad that
 * bindings/ keeps behind the last one) and meets the zeros behind the query, which is padded to a multiple of
 * four. Lanes start at +0 and so never become −0: adding ±0 leaves them as they are.
 */
import { BF16, element, F16, F32, four, rowAt, scaleOf } from './elements'
import { Question, Table } from './records'

/** The dot product of two float32 vectors of which the second is padded with zeros to a multiple of four. */
export function dot(row: usize, query: usize, dimension: u32): f32 {
  let s0 = f32x4.splat(0)
  let s1 = f32x4.splat(0)
  let s2 = f32x4.splat(0)
  let s3 = f32x4.splat(0)
  const wholeEnd = row + ((dimension & ~15) << 2)
  while (row < wholeEnd) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(row, 0), v128.load(query, 0)))
    s1 = f32x4.add(s1, f32x4.mul(v128.load(row, 16), v128.load(query, 16)))
    s2 = f32x4.add(s2, f32x4.mul(v128.load(row, 32), v128.load(query, 32)))
    s3 = f32x4.add(s3, f32x4.mul(v128.load(row, 48), v128.load(query, 48)))
    row += 64
    query += 64
  }
  const rest = dimension & 15
  if (rest > 0) s0 = f32x4.add(s0, f32x4.mul(v128.load(row, 0), v128.load(query, 0)))
  if (rest > 4) s1 = f32x4.add(s1, f32x4.mul(v128.load(row, 16), v128.load(query, 16)))
  if (rest > 8) s2 = f32x4.add(s2, f32x4.mul(v128.load(row, 32), v128.load(query, 32)))
  if (rest > 12) s3 = f32x4.add(s3, f32x4.mul(v128.load(row, 48), v128.load(query, 48)))
  return sumOf(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)))
}

function sumOf(lanes: v128): f32 {
  const halves = f32x4.add(lanes, v128.shuffle<f32>(lanes, lanes, 2, 3, 0, 1))
  return f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1)
}

/**
 * The products of one float32 row with two queries, left in their questions: each of its numbers is read
 * once.
 */
export function dotsOfTwo(row: usize, dimension: u32, a: Question, b: Question): void {
  let a0 = f32x4.splat(0)
  let a1 = f32x4.splat(0)
  let a2 = f32x4.splat(0)
  let a3 = f32x4.splat(0)
  let b0 = f32x4.splat(0)
  let b1 = f32x4.splat(0)
  let b2 = f32x4.splat(0)
  let b3 = f32x4.splat(0)
  let p = a.query
  let q = b.query
  const rest = dimension & 15
  const wholeEnd = row + ((dimension & ~15) << 2)
  while (row < wholeEnd) {
    const x0 = v128.load(row, 0)
    a0 = f32x4.add(a0, f32x4.mul(x0, v128.load(p, 0)))
    b0 = f32x4.add(b0, f32x4.mul(x0, v128.load(q, 0)))
    const x1 = v128.load(row, 16)
    a1 = f32x4.add(a1, f32x4.mul(x1, v128.load(p, 16)))
    b1 = f32x4.add(b1, f32x4.mul(x1, v128.load(q, 16)))
    const x2 = v128.load(row, 32)
    a2 = f32x4.add(a2, f32x4.mul(x2, v128.load(p, 32)))
    b2 = f32x4.add(b2, f32x4.mul(x2, v128.load(q, 32)))
    const x3 = v128.load(row, 48)
    a3 = f32x4.add(a3, f32x4.mul(x3, v128.load(p, 48)))
    b3 = f32x4.add(b3, f32x4.mul(x3, v128.load(q, 48)))
    row += 64
    p += 64
    q += 64
  }
  if (rest > 0) {
    const x = v128.load(row, 0)
    a0 = f32x4.add(a0, f32x4.mul(x, v128.load(p, 0)))
    b0 = f32x4.add(b0, f32x4.mul(x, v128.load(q, 0)))
  }
  if (rest > 4) {
    const x = v128.load(row, 16)
    a1 = f32x4.add(a1, f32x4.mul(x, v128.load(p, 16)))
    b1 = f32x4.add(b1, f32x4.mul(x, v128.load(q, 16)))
  }
  if (rest > 8) {
    const x = v128.load(row, 32)
    a2 = f32x4.add(a2, f32x4.mul(x, v128.load(p, 32)))
    b2 = f32x4.add(b2, f32x4.mul(x, v128.load(q, 32)))
  }
  if (rest > 12) {
    const x = v128.load(row, 48)
    a3 = f32x4.add(a3, f32x4.mul(x, v128.load(p, 48)))
    b3 = f32x4.add(b3, f32x4.mul(x, v128.load(q, 48)))
  }
  a.product = sumOf(f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)))
  b.product = sumOf(f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3)))
}

/** As dot, of a row of another type, widened in registers: the bits are those of the widened row. */
function dotStored<T>(row: usize, query: usize, dimension: u32, scale: f32): f32 {
  const scales = f32x4.splat(scale)
  const step: usize = 4 * sizeof<T>()
  let s0 = f32x4.splat(0)
  let s1 = f32x4.splat(0)
  let s2 = f32x4.splat(0)
  let s3 = f32x4.splat(0)
  const wholeEnd = row + (dimension & ~15) * sizeof<T>()
  while (row < wholeEnd) {
    s0 = f32x4.add(s0, f32x4.mul(four<T>(row, scales), v128.load(query, 0)))
    s1 = f32x4.add(s1, f32x4.mul(four<T>(row + step, scales), v128.load(query, 16)))
    s2 = f32x4.add(s2, f32x4.mul(four<T>(row + 2 * step, scales), v128.load(query, 32)))
    s3 = f32x4.add(s3, f32x4.mul(four<T>(row + 3 * step, scales), v128.load(query, 48)))
    row += 4 * step
    query += 64
  }
  const rest = dimension & 15
  if (rest > 0) s0 = f32x4.add(s0, f32x4.mul(four<T>(row, scales), v128.load(query, 0)))
  if (rest > 4) s1 = f32x4.add(s1, f32x4.mul(four<T>(row + step, scales), v128.load(query, 16)))
  if (rest > 8) s2 = f32x4.add(s2, f32x4.mul(four<T>(row + 2 * step, scales), v128.load(query, 32)))
  if (rest > 12) s3 = f32x4.add(s3, f32x4.mul(four<T>(row + 3 * step, scales), v128.load(query, 48)))
  return sumOf(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)))
}

/** The product of row `id`, whatever its type, with a query that is padded with zeros to a multiple of 16. */
export function dotRow(table: Table, id: u32, query: usize): f32 {
  const row = rowAt(table, id)
  const dimension = table.dimension
  switch (table.type) {
    case F32:
      return dot(row, query, dimension)
    case BF16:
      return dotStored<u16>(row, query, dimension, 1)
    case F16:
      return dotStored<i16>(row, query, dimension, 1)
    default:
      return dotStored<i8>(row, query, dimension, scaleOf(table, id))
  }
}

/**
 * The same product summed left to right in float64, where neither a product of two float32 numbers nor a sum
 * of them can overflow. Used where the float32 sum is not finite, or a norm is too large or too small for it.
 */
export function wideDot(a: usize, b: usize, dimension: u32): f64 {
  let sum: f64 = 0
  for (let i: u32 = 0; i < dimension; i++) {
    sum += <f64>load<f32>(a + (i << 2)) * <f64>load<f32>(b + (i << 2))
  }
  return sum
}

/** As wideDot, of row `id` with a vector. */
export function wideDotRow(table: Table, id: u32, query: usize): f64 {
  const row = rowAt(table, id)
  const scale = scaleOf(table, id)
  let sum: f64 = 0
  for (let i: u32 = 0; i < table.dimension; i++) {
    sum += <f64>element(table, row, i, scale) * <f64>load<f32>(query + (i << 2))
  }
  return sum
}

/** ||row||² of row `id` as wideDot sums it. */
export function wideSquaredNormOfRow(table: Table, id: u32): f64 {
  const row = rowAt(table, id)
  const scale = scaleOf(table, id)
  let sum: f64 = 0
  for (let i: u32 = 0; i < table.dimension; i++) {
    const x = <f64>element(table, row, i, scale)
    sum += x * x
  }
  return sum
}
