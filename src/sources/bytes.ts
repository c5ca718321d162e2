/** Bytes that are already in memory, as a source. */
import { checkRead } from './range-source.ts'
import type { ByteSource } from './source.ts'

/**
 * A source over bytes in memory. Reads are views of `bytes`, not copies.
 *
 * @param name how messages name it
 */
export function bytesSource(bytes: Uint8Array | ArrayBuffer, name = 'bytes'): ByteSource {
  const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)
  const known = { name, size: view.length }
  return {
    ...known,
    async read(start, end, options) {
      checkRead(known, start, end, options?.signal)
      return view.subarray(start, end)
    },
  }
}
