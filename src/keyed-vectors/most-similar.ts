/** Rows most similar to a mean of rows of length 1: 3CosAdd (Mikolov, Yih & Zweig 2013), as in gensim. */

import { readList } from '../core/values.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { inputIds } from '../table/expression.ts'
import type { Matches } from '../table/matches.ts'
import { type PreparedQuery, vectorQuery } from '../table/query.ts'
import { meanVector } from './mean-vector.ts'
import { readTopnOptions, type TopnOptions } from './search-options.ts'
import { type Terms, termsOf } from './terms.ts'

/** The mean of the terms, of length 1, rows scaled to length 1 first; its inputs are the rows among them. */
function meanQuery(table: EmbeddingTable, terms: Terms): PreparedQuery {
  const weighted = termsOf(terms)
  const keys = weighted.map(({ term }) => term)
  const weights = weighted.map(({ weight }) => weight)
  const vector = meanVector(table, keys, { weights, postNormalize: true, ignoreMissing: false })
  return vectorQuery(vector, inputIds(table, weighted))
}

/** Throws as `EmbeddingTable.nearest`; `ZERO_QUERY` where the terms cancel out. */
export function mostSimilar(table: EmbeddingTable, terms: Terms, options: TopnOptions): Matches {
  const query = meanQuery(table, terms)
  return table.searcher.nearest(query, table.searcher.params(readTopnOptions(table, options)))
}

/** As `mostSimilar` for many questions, while the table is read once. */
export function mostSimilarBatch(
  table: EmbeddingTable,
  questions: readonly Terms[],
  options: TopnOptions,
): Matches[] {
  const list = readList(questions, 'questions')
  const params = table.searcher.params(readTopnOptions(table, options))
  return table.searcher.nearestBatch(list, (terms) => meanQuery(table, terms), params)
}
