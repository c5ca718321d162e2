/** The answers that all others are held against: every row scored in float64 and sorted. */

/** Float32 sums of unit vectors stray so far: scores closer than this are ties. */
const TOLERANCE = 2e-6

/** The k-th best score of each query, and the scores to judge by. */
export function oracle(rows, dimension, queries, k) {
  const size = rows.length / dimension
  const scoreOf = (query, id) => {
    let sum = 0
    for (let j = 0, at = id * dimension; j < dimension; j++, at++) sum += rows[at] * query[j]
    return sum
  }
  const thresholds = queries.map((query) => {
    const scores = Float64Array.from({ length: size }, (_, id) => scoreOf(query, id)).sort()
    return scores[size - Math.min(k, size)]
  })
  /** How many of the k best an answer has: 1 is all of them. Rows named twice count once. */
  return function recall(place, ids) {
    const right = new Set(ids.filter((id) => id >= 0 && id < size))
    for (const id of right) {
      if (scoreOf(queries[place], id) < thresholds[place] - TOLERANCE) right.delete(id)
    }
    return right.size / Math.min(k, size)
  }
}

/** The mean recall of lists of answers by the query's place; places without a query do not count. */
export function meanRecall(recall, lists) {
  const all = lists.flatMap((answers) =>
    answers.flatMap((ids, place) => (ids === undefined ? [] : [recall(place, ids)])),
  )
  return all.length === 0 ? undefined : all.reduce((sum, value) => sum + value, 0) / all.length
}
