/**
 * The best plain-JavaScript searches we know how to write: what rowspace is measured against. Each returns the ids of
 * the k rows with the largest dot product, best first, from a flat Float32Array.
 */

/** A bounded list held in order by insertion: for small k nothing is faster. */
export class Best {
  constructor(k) {
    this.scores = new Float64Array(k).fill(Number.NEGATIVE_INFINITY)
    this.ids = new Int32Array(k).fill(-1)
    this.last = k - 1
  }

  offer(score, id) {
    let place = this.last
    while (place > 0 && this.scores[place - 1] < score) {
      this.scores[place] = this.scores[place - 1]
      this.ids[place] = this.ids[place - 1]
      place--
    }
    this.scores[place] = score
    this.ids[place] = id
  }
}

/** One row at a time, eight sums side by side. */
export function eightSums(rows, dimension, query, k) {
  const best = new Best(k)
  const size = rows.length / dimension
  const whole = dimension - (dimension % 8)
  for (let id = 0, at = 0; id < size; id++, at += dimension) {
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    let e = 0
    let f = 0
    let g = 0
    let h = 0
    let j = 0
    for (; j < whole; j += 8) {
      a += rows[at + j] * query[j]
      b += rows[at + j + 1] * query[j + 1]
      c += rows[at + j + 2] * query[j + 2]
      d += rows[at + j + 3] * query[j + 3]
      e += rows[at + j + 4] * query[j + 4]
      f += rows[at + j + 5] * query[j + 5]
      g += rows[at + j + 6] * query[j + 6]
      h += rows[at + j + 7] * query[j + 7]
    }
    for (; j < dimension; j++) a += rows[at + j] * query[j]
    const score = a + b + (c + d) + (e + f) + (g + h)
    if (score > best.scores[best.last]) best.offer(score, id)
  }
  return best.ids
}

/** Four rows at a time, so that each number of the query is loaded once for four. */
export function fourRows(rows, dimension, query, k) {
  const best = new Best(k)
  const size = rows.length / dimension
  const whole = size - (size % 4)
  for (let id = 0; id < whole; id += 4) {
    const r0 = id * dimension
    const r1 = r0 + dimension
    const r2 = r1 + dimension
    const r3 = r2 + dimension
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    for (let j = 0; j < dimension; j++) {
      const value = query[j]
      a += rows[r0 + j] * value
      b += rows[r1 + j] * value
      c += rows[r2 + j] * value
      d += rows[r3 + j] * value
    }
    if (a > best.scores[best.last]) best.offer(a, id)
    if (b > best.scores[best.last]) best.offer(b, id + 1)
    if (c > best.scores[best.last]) best.offer(c, id + 2)
    if (d > best.scores[best.last]) best.offer(d, id + 3)
  }
  for (let id = whole; id < size; id++) {
    let sum = 0
    for (let j = 0; j < dimension; j++) sum += rows[id * dimension + j] * query[j]
    if (sum > best.scores[best.last]) best.offer(sum, id)
  }
  return best.ids
}

/** Eight rows at a time. */
export function eightRows(rows, dimension, query, k) {
  const best = new Best(k)
  const size = rows.length / dimension
  const whole = size - (size % 8)
  for (let id = 0; id < whole; id += 8) {
    const r0 = id * dimension
    const r1 = r0 + dimension
    const r2 = r1 + dimension
    const r3 = r2 + dimension
    const r4 = r3 + dimension
    const r5 = r4 + dimension
    const r6 = r5 + dimension
    const r7 = r6 + dimension
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    let e = 0
    let f = 0
    let g = 0
    let h = 0
    for (let j = 0; j < dimension; j++) {
      const value = query[j]
      a += rows[r0 + j] * value
      b += rows[r1 + j] * value
      c += rows[r2 + j] * value
      d += rows[r3 + j] * value
      e += rows[r4 + j] * value
      f += rows[r5 + j] * value
      g += rows[r6 + j] * value
      h += rows[r7 + j] * value
    }
    if (a > best.scores[best.last]) best.offer(a, id)
    if (b > best.scores[best.last]) best.offer(b, id + 1)
    if (c > best.scores[best.last]) best.offer(c, id + 2)
    if (d > best.scores[best.last]) best.offer(d, id + 3)
    if (e > best.scores[best.last]) best.offer(e, id + 4)
    if (f > best.scores[best.last]) best.offer(f, id + 5)
    if (g > best.scores[best.last]) best.offer(g, id + 6)
    if (h > best.scores[best.last]) best.offer(h, id + 7)
  }
  for (let id = whole; id < size; id++) {
    let sum = 0
    for (let j = 0; j < dimension; j++) sum += rows[id * dimension + j] * query[j]
    if (sum > best.scores[best.last]) best.offer(sum, id)
  }
  return best.ids
}

export const LOOPS = {
  'plain JS, eight sums': eightSums,
  'plain JS, four rows': fourRows,
  'plain JS, eight rows': eightRows,
}
