/** The table that comes with the package: the 20,000 commonest words of GloVe 6B, 100 dimensions. */
import { type OpenTableOptions, openTable } from './open.ts'
import type { SourceLike } from './sources/open.ts'
import type { EmbeddingTable } from './table.ts'

/**
 * Opens the default table: 20,000 x 100, kept as int8 with a scale a row (2.2 MB) and widened to float32. GloVe 6B,
 * Pennington, Socher & Manning 2014, public domain (PDDL 1.0).
 *
 * The file is looked for beside this module; a bundle that moves the module passes its address as `source`
 * (it is exported as `rowspace/glove-20k.safetensors`).
 *
 * @throws RowspaceError as openTable
 */
export async function openDefaultTable(
  options: OpenTableOptions & { source?: SourceLike | undefined } = {},
): Promise<EmbeddingTable> {
  return openTable(options.source ?? new URL('./glove-20k.safetensors', import.meta.url), options)
}
