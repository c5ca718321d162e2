/** Both measures of every row against a query, in order of id. */

import type { EmbeddingTable, Query } from '../table/embedding-table.ts'
import type { Matches } from '../table/matches.ts'

/** The ids of all rows of a table, kept while it is asked again and again. */
const everyId = new WeakMap<EmbeddingTable, Uint32Array>()

export function allIds(table: EmbeddingTable): Uint32Array {
  const known = everyId.get(table)
  if (known !== undefined) return known
  const ids = Uint32Array.from({ length: table.size }, (_, id) => id)
  everyId.set(table, ids)
  return ids
}

/** As `table.measure` of all rows: |V| cosines and dots. */
export function measureAll(table: EmbeddingTable, query: Query): Matches {
  return table.scores(query, allIds(table))
}
