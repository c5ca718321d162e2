/** A Blob or a File (of a file input, of drag and drop), read slice by slice. */
import { RowspaceError } from '../core/errors.ts'
import { checkRange } from './bytes.ts'
import type { ByteSource, ReadOptions } from './source.ts'

/**
 * A source over a Blob; named after the file where it is one.
 *
 * Reading throws `IO` if the browser refuses, as it does when the file on disk changed after it was chosen.
 */
export function blobSource(blob: Blob): ByteSource {
  const name = (blob as Partial<File>).name || 'blob'
  return {
    name,
    size: blob.size,
    async read(start: number, end: number, options: ReadOptions = {}): Promise<Uint8Array> {
      options.signal?.throwIfAborted()
      checkRange(name, start, end, blob.size)
      const bytes = new Uint8Array(await readSlice(name, blob.slice(start, end)))
      options.signal?.throwIfAborted()
      checkRange(name, start, end, start + bytes.length)
      return bytes
    },
  }
}

async function readSlice(name: string, slice: Blob): Promise<ArrayBuffer> {
  try {
    return await slice.arrayBuffer()
  } catch (cause) {
    throw new RowspaceError(
      'IO',
      `${name} could not be read: ${(cause as Error).message}. If the file changed after it was chosen, choose it again.`,
      { source: name, cause },
    )
  }
}
