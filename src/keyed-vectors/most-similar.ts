/** Rows most similar to a mean of rows of length 1: 3CosAdd (Mikolov, Yih & Zweig 2013), as in gensim. */

import type { EmbeddingTable } from '../table/embedding-table.ts'
import type { Matches } from '../table/matches.ts'
import { type PreparedQuery, vectorQuery } from '../table/query.ts'
import { meanVector } from './mean-vector.ts'
import { rangeFilter, type Terms, termsOf } from './terms.ts'
import { checkedTopn, type TopnOptions } from './topn.ts'

/** The unit mean of the terms, rows scaled to length 1 first; its inputs are the rows among them. */
function meanQuery(table: EmbeddingTable, terms: Terms): PreparedQuery {
  const weighted = termsOf(terms)
  const vector = meanVector(
    table,
    weighted.map(({ term }) => term),
    { weights: weighted.map(({ weight }) => weight), postNormalize: true, ignoreMissing: false },
  )
  const inputs = weighted.flatMap(({ term }) => (term instanceof Float32Array ? [] : [table.id(term)]))
  return vectorQuery(vector, inputs)
}

/** Throws as `EmbeddingTable.nearest`; `ZERO_QUERY` where the terms cancel out. */
export function mostSimilar(table: EmbeddingTable, terms: Terms, options: TopnOptions): Matches {
  const query = meanQuery(table, terms)
  const filter = rangeFilter(table, options)
  return table.searcher.nearest(query, table.searcher.params({ k: checkedTopn(options), filter }))
}

/** As `mostSimilar` for many questions, while the table is read once. */
export function mostSimilarBatch(
  table: EmbeddingTable,
  questions: readonly Terms[],
  options: TopnOptions,
): Matches[] {
  const queries = questions.map((terms) => meanQuery(table, terms))
  const params = table.searcher.params({ k: checkedTopn(options), filter: rangeFilter(table, options) })
  return table.searcher.nearestBatch(queries.length, (index) => queries[index]!, params)
}
