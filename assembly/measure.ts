/** Both measures for a list of rows: the numbers that stand beside every match. */
import { dot, dotRow, wideDot } from './dot'
import { Question, Table } from './records'
import { isFinite32, wideCosineScore, wideDotScore } from './score'

/**
 * For each of `count` ids writes cosine and dot with the query to `cosines` and `dots` (float32 each).
 * The bits are those by which rows are ranked.
 */
export function measure(
  table: Table,
  question: Question,
  ids: usize,
  count: u32,
  cosines: usize,
  dots: usize,
): void {
  const query = question.query
  for (let i: u32 = 0; i < count; i++) {
    const id = load<u32>(ids + (i << 2))
    let product = dotRow(table, id, query)
    let cosine = product * (load<f32>(table.inverseNorms + (id << 2)) * question.inverseNorm)
    if (!isFinite32(cosine)) cosine = wideCosineScore(table, id, query)
    if (!isFinite32(product)) product = wideDotScore(table, id, query)
    store<f32>(cosines + (i << 2), cosine)
    store<f32>(dots + (i << 2), product)
  }
}

/** The cosine of two vectors of which neither need be a row. Symmetric to the bit. */
export function cosine(a: usize, b: usize, dimension: u32, inverseNormA: f32, inverseNormB: f32): f32 {
  const cosine = dot(a, b, dimension) * (inverseNormA * inverseNormB)
  if (isFinite32(cosine)) return cosine
  const product = wideDot(a, b, dimension)
  if (product === 0) return 0
  return <f32>(product / (Math.sqrt(wideDot(a, a, dimension)) * Math.sqrt(wideDot(b, b, dimension))))
}
