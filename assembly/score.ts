/**
 * The two measures of a row against the query, never NaN.
 *
 * cosine = dot · (1/||row|| · 1/||query||), each step rounded to float32. A dot that overflowed, or a norm
 * that norm.ts marked, makes the float32 result NaN or infinite; only then the float64 way is taken.
 */
import { dot, wideDot } from './dot'
import { heapThreshold, keyOf, offer } from './heap'
import { Question, Table } from './records'

export const COSINE: u32 = 0
export const DOT: u32 = 1

export function isFinite32(value: f32): bool {
  return Mathf.abs(value) <= f32.MAX_VALUE
}

/** The dot product where float32 sums overflowed: float64, then rounded, so at worst ±Infinity. */
export function wideDotScore(row: usize, query: usize, dimension: u32): f32 {
  return <f32>wideDot(row, query, dimension)
}

/** The cosine where float32 cannot hold the dot or the norms. 0 if one is all zeros. */
export function wideCosine(a: usize, b: usize, dimension: u32): f32 {
  const product = wideDot(a, b, dimension)
  if (product === 0) return 0
  const norms = Math.sqrt(wideDot(a, a, dimension)) * Math.sqrt(wideDot(b, b, dimension))
  return <f32>(product / norms)
}

/** Scores row `id`, offers it to the heap of the best if it may be among them, and returns the heap's threshold. */
export function scoreAndOffer(table: Table, question: Question, id: u32, heap: usize, threshold: f32): f32 {
  const dimension = table.dimension
  const row = table.rows + id * (dimension << 2)
  const query = question.query
  let score = dot(row, query, dimension)
  if (question.metric === COSINE) score *= load<f32>(table.inverseNorms + (id << 2)) * question.inverseNorm
  // Below the k-th best and a number: out. NaN and −Infinity take the float64 way.
  if (score < threshold && score >= -f32.MAX_VALUE) return threshold
  if (!isFinite32(score)) {
    score =
      question.metric === COSINE ? wideCosine(row, query, dimension) : wideDotScore(row, query, dimension)
  }
  offer(heap, question.k, keyOf(score, id))
  return heapThreshold(heap, question.k)
}
