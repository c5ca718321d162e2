/** Attributes of keys: how often each came in the text that its vectors were trained on. */
import { RowspaceError } from '../core/errors.ts'
import { invalidArgument } from '../core/values.ts'
import type { EmbeddingTable, RowKey } from '../table/embedding-table.ts'

/** The counts of a table by id. Throws `NOT_FOUND` where it has none. */
export function countsOf({ vocabulary }: EmbeddingTable): ArrayLike<number> {
  if (vocabulary?.counts !== undefined) return vocabulary.counts
  throw new RowspaceError(
    'NOT_FOUND',
    'this table has no counts of its tokens: open it with { counts }, a file of words and counts, or ' +
      'pass them.',
  )
}

/**
 * The attribute of a key. Throws `INVALID_ARGUMENT` for another than 'count', and as countsOf and table.id.
 */
export function vecattr(table: EmbeddingTable, key: RowKey, attribute: string): number {
  if (attribute !== 'count') throw invalidArgument("attribute must be 'count'", attribute)
  return countsOf(table)[table.id(key)] ?? 0
}
