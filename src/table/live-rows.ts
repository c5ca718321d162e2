/**
 * Rows that were not finite (`nonFinite: 'skip'`): they are in no answer, nor in an answer of a table that is
 * made from theirs.
 */
import type { IdSet } from '../core/id-set.ts'
import type { EmbeddingTable, TableOptions } from './embedding-table.ts'

/** The rows that may be in an answer. */
export function liveRows(table: EmbeddingTable): IdSet {
  return table.live
}

/** What a table of another one's rows is made with by default: rows that were skipped stay so. */
export function inheritedOptions({ skipped, vocabulary }: EmbeddingTable): TableOptions {
  return { nonFinite: skipped > 0 ? 'skip' : 'reject', tokens: vocabulary }
}
