/**
 * The two measures of a row against the query, never NaN.
 *
 * cosine = dot · (1/||row|| · 1/||query||), each step rounded to float32. A dot that overflowed, or a norm
 * that norm.ts marked, makes the float32 result NaN or infinite; only then the float64 way is taken.
 */
import { dotRow, wideDot, wideDotRow, wideSquaredNormOfRow } from './dot'
import { isExcluded } from './excluded'
import { heapThreshold, keyOf, offer } from './heap'
import { Question, Table } from './records'

export const COSINE: u32 = 0
export const DOT: u32 = 1

export function isFinite32(value: f32): bool {
  return Mathf.abs(value) <= f32.MAX_VALUE
}

/** The dot product where float32 sums overflowed: float64, then rounded, so at worst ±Infinity. */
export function wideDotScore(table: Table, id: u32, query: usize): f32 {
  return <f32>wideDotRow(table, id, query)
}

/** The cosine where float32 cannot hold the dot or the norms. 0 if one is all zeros. */
export function wideCosineScore(table: Table, id: u32, query: usize): f32 {
  const product = wideDotRow(table, id, query)
  if (product === 0) return 0
  const queryNorm = Math.sqrt(wideDot(query, query, table.dimension))
  return <f32>(product / (Math.sqrt(wideSquaredNormOfRow(table, id)) * queryNorm))
}

/**
 * Scores row `id`, offers it to the heap of the best if it may be among them, and returns the heap's
 * threshold.
 */
export function scoreAndOffer(table: Table, question: Question, id: u32, threshold: f32): f32 {
  return offerProduct(table, question, id, dotRow(table, id, question.query), threshold)
}

/** The same where the product with the query is known. */
export function offerProduct(table: Table, question: Question, id: u32, product: f32, threshold: f32): f32 {
  let score = product
  if (question.metric === COSINE) score *= load<f32>(table.inverseNorms + (id << 2)) * question.inverseNorm
  // Below the k-th best and a number: out. NaN and −Infinity take the float64 way.
  if (score < threshold && score >= -f32.MAX_VALUE) return threshold
  if (isExcluded(question, id)) return threshold
  const query = question.query
  if (!isFinite32(score)) {
    score = question.metric === COSINE ? wideCosineScore(table, id, query) : wideDotScore(table, id, query)
  }
  offer(question.heap, question.k, keyOf(score, id))
  return heapThreshold(question.heap, question.k)
}
