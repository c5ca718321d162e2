/** The plain loop to compare with: the better of two that `npm run bench` measures, four rows at a time. */

/** The ids of the k rows with the largest dot products, best first; ties to the smaller id. */
export function plainNearest(
  rows: Float32Array,
  dimension: number,
  query: Float32Array,
  k: number,
): number[] {
  const size = rows.length / dimension
  const ids: number[] = []
  const scores: number[] = []
  const offer = (score: number, id: number) => {
    if (ids.length === k && score <= (scores[k - 1] ?? 0)) return
    let place = ids.length < k ? ids.length : k - 1
    for (; place > 0 && (scores[place - 1] ?? 0) < score; place--) {
      scores[place] = scores[place - 1] ?? 0
      ids[place] = ids[place - 1] ?? 0
    }
    scores[place] = score
    ids[place] = id
  }
  const whole = size - (size % 4)
  for (let id = 0; id < whole; id += 4) {
    const first = id * dimension
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    for (let j = 0; j < dimension; j++) {
      const value = query[j] ?? 0
      a += (rows[first + j] ?? 0) * value
      b += (rows[first + dimension + j] ?? 0) * value
      c += (rows[first + 2 * dimension + j] ?? 0) * value
      d += (rows[first + 3 * dimension + j] ?? 0) * value
    }
    offer(a, id)
    offer(b, id + 1)
    offer(c, id + 2)
    offer(d, id + 3)
  }
  for (let id = whole; id < size; id++) {
    let sum = 0
    for (let j = 0; j < dimension; j++) sum += (rows[id * dimension + j] ?? 0) * (query[j] ?? 0)
    offer(sum, id)
  }
  return ids
}
