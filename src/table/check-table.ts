/** A table as the argument of a function. */

import { invalidArgument } from '../core/values.ts'
import type { EmbeddingTable } from './embedding-table.ts'

/** Throws `INVALID_ARGUMENT` unless this is a table, `DISPOSED` where it was disposed of. */
export function checkTable(table: EmbeddingTable): void {
  // not instanceof: another copy of this package may have made it
  if (typeof table?.open === 'function') return void table.open()
  throw invalidArgument('a table must be an EmbeddingTable', table)
}
