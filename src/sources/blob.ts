/** A Blob or a File (of a file input, of drag and drop), read slice by slice. */
import { RowspaceError } from '../core/errors.ts'
import { checkRead } from './range-source.ts'
import type { ByteSource } from './source.ts'

/**
 * A source over a Blob; named after the file where it is one.
 *
 * Reading throws `IO` if the browser cannot, as when the file on disk changed after it was chosen.
 */
export function blobSource(blob: Blob): ByteSource {
  const known = { name: (blob as Partial<File>).name || 'blob', size: blob.size }
  return {
    ...known,
    async read(start, end, options) {
      checkRead(known, start, end, options?.signal)
      const buffer = await blob
        .slice(start, end)
        .arrayBuffer()
        .catch((cause) => {
          throw unreadableError(known.name, cause)
        })
      checkRead({ ...known, size: start + buffer.byteLength }, start, end, options?.signal)
      return new Uint8Array(buffer)
    },
  }
}

function unreadableError(name: string, cause: Error): RowspaceError {
  const text =
    `${name} could not be read: ${cause.message}. If the file changed after it was chosen, choose it ` +
    'again.'
  return new RowspaceError('IO', text, { source: name, cause })
}
