/** usearch, exact: no index, the rows are handed over with every call. */
import { exactSearch, MetricKind } from 'usearch'

export function prepare({ rows, dimension, k, options: { threads = 0 } }) {
  const search = (queries) => exactSearch(rows, queries, dimension, k, MetricKind.IP, threads).keys
  return {
    ask: search,
    batch(queries) {
      const all = new Float32Array(queries.length * dimension)
      for (const [place, query] of queries.entries()) all.set(query, place * dimension)
      const ids = search(all)
      return queries.map((_, place) => ids.subarray(place * k, (place + 1) * k))
    },
  }
}
