/** Both scores of every row with a query, by id. */

import type { EmbeddingTable, Query } from '../table/embedding-table.ts'
import type { Matches } from '../table/matches.ts'

/** The ids of all rows, cached per table. */
const everyId = new WeakMap<EmbeddingTable, Uint32Array>()

export function allIds(table: EmbeddingTable): Uint32Array {
  const known = everyId.get(table)
  if (known !== undefined) return known
  const ids = Uint32Array.from({ length: table.size }, (_, id) => id)
  everyId.set(table, ids)
  return ids
}

/** As `table.scores` of all rows: |V| cosines and dot products. */
export function scoreAll(table: EmbeddingTable, query: Query): Matches {
  return table.scores(query, allIds(table))
}
