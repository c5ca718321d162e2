/**
 * One query over the flat |V| × d buffer, fused with the heap.
 *
 * `mask` has a bit a row (32 rows a word, row 0 the lowest bit): only rows whose bit is set are scored. Words
 * are walked bit by bit, so a row left out costs nothing and a word of zeros skips 32 rows. One row is walked
 * at a time: adjacent rows side by side defeat the hardware prefetcher (bench/ measures it).
 */
import { dot } from './dot'
import { keyOf, offer, scoreOf } from './heap'
import { COSINE, isFinite32, wideCosine, wideDotScore } from './score'

/**
 * Offers rows [from, to) to the heap at `heap`, which holds `count` of at most `k` keys; returns the new count.
 * `metric` is COSINE or DOT; `inverseQueryNorm` is read for COSINE alone. `from` is a multiple of 32.
 */
export function scan(
  rows: usize,
  dimension: u32,
  inverseNorms: usize,
  mask: usize,
  from: u32,
  to: u32,
  query: usize,
  inverseQueryNorm: f32,
  metric: u32,
  heap: usize,
  count: u32,
  k: u32,
): u32 {
  const stride = dimension << 2
  let threshold: f32 = count === k ? scoreOf(load<u64>(heap)) : f32.NEGATIVE_INFINITY
  for (let first = from; first < to; first += 32) {
    let bits = load<u32>(mask + (first >> 3))
    if (to - first < 32) bits &= (1 << (to - first)) - 1
    while (bits !== 0) {
      const id = first + ctz(bits)
      bits &= bits - 1
      const row = rows + id * stride
      let score = dot(row, query, dimension)
      if (metric === COSINE) score *= load<f32>(inverseNorms + (id << 2)) * inverseQueryNorm
      // Below the k-th best and a number: out. NaN and −Infinity fall through to the float64 way.
      if (score < threshold && score >= -f32.MAX_VALUE) continue
      if (!isFinite32(score)) {
        score = metric === COSINE ? wideCosine(row, query, dimension) : wideDotScore(row, query, dimension)
      }
      count = offer(heap, count, k, keyOf(score, id))
      if (count === k) threshold = scoreOf(load<u64>(heap))
    }
  }
  return count
}
