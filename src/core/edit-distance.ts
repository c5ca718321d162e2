/**
 * Levenshtein distance: letters to add, drop or change. It returns `limit` as soon as the distance is known
 * to be no less: with a small limit most pairs take two or three letters.
 */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  // row[j]: the distance of the first i letters of a from the first j of b
  const row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    let diagonal = i - 1
    let left = i
    let smallest = i
    row[0] = i
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] ?? 0
      left = Math.min(left + 1, above + 1, a[i - 1] === b[j - 1] ? diagonal : diagonal + 1)
      diagonal = above
      row[j] = left
      if (left < smallest) smallest = left
    }
    if (smallest >= limit) return limit
  }
  return row[b.length] ?? 0
}
