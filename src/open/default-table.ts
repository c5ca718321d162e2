/** The table that comes with the package: the 20,000 commonest words of GloVe 6B, 100 dimensions. */

import type { EmbeddingTable } from '../table/embedding-table.ts'
import { defaultFile } from './default-file.ts'
import { type OpenTableOptions, openTable } from './open-table.ts'

/**
 * Opens the default table: 20,000 x 100, stored as int8 with a scale per row (2.2 MB) and widened to float32. GloVe 6B,
 * Pennington, Socher & Manning 2014, public domain (PDDL 1.0).
 *
 * The table is a module of its own, loaded when this is first called.
 *
 * @throws RowspaceError `IO` where that module cannot be loaded, and as openTable
 */
export async function openDefaultTable(options: OpenTableOptions = {}): Promise<EmbeddingTable> {
  return openTable(await defaultFile(), options)
}
