/** The file of the default table. It is a module of bytes, loaded on demand: bundlers take it along wherever code goes. */
import { inflate } from '../../bindings/deflated.ts'
import { RowspaceError } from '../core/errors.ts'

/**
 * The default table as a safetensors file.
 *
 * @throws RowspaceError `IO` where its module cannot be loaded
 */
export async function defaultFile(): Promise<File> {
  const { defaultTable } = await import('../../build/default-table.ts').catch((cause) => {
    throw new RowspaceError(
      'IO',
      `The default table's module could not be loaded: ${cause instanceof Error ? cause.message : cause}. ` +
        'Where import() is not allowed (service workers) bundle without code splitting; ' +
        'or write the table to a file (npx rowspace pack default glove.safetensors) and open that with openTable.',
      { cause },
    )
  })
  const bytes = await new Response(inflate(defaultTable)).arrayBuffer()
  return new File([bytes], 'glove-20k.safetensors')
}
