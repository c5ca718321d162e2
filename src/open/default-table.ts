/**
 * The table that comes with the package: the 20,000 most frequent words of GloVe 6B, 100 dimensions. It is a
 * module of bytes, loaded on demand: bundlers include it wherever the code goes.
 */
import { inflate } from '../../bindings/deflated.ts'
import { RowspaceError } from '../core/errors.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { type OpenTableOptions, openTable } from './open-table.ts'

/**
 * The default table as a safetensors file.
 *
 * @throws RowspaceError `IO` where its module cannot be loaded
 */
export async function defaultFile(): Promise<File> {
  const { defaultTable } = await import('../../build/default-table.ts').catch((cause) => {
    throw new RowspaceError(
      'IO',
      "The default table's module could not be loaded. Where import() is not allowed (service workers) " +
        'bundle without code splitting; or write the table to a file (npx rowspace pack default ' +
        `glove.safetensors) and open that with openTable. ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    )
  })
  const bytes = await new Response(inflate(defaultTable)).arrayBuffer()
  return new File([bytes], 'glove-20k.safetensors')
}

/**
 * Opens the default table: 20,000 x 100, stored as int8 with a scale per row (2.2 MB) and widened to float32.
 * GloVe 6B, Pennington, Socher & Manning 2014, public domain (PDDL 1.0).
 *
 * The table is a module of its own, loaded when this is first called.
 *
 * @throws RowspaceError `IO` where that module cannot be loaded, and as openTable
 */
export async function openDefaultTable(options: OpenTableOptions = {}): Promise<EmbeddingTable> {
  return openTable(await defaultFile(), options)
}
