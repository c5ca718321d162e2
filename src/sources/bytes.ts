/** Bytes that are already in memory, as a source. */
import { RowspaceError } from '../core/errors.ts'
import type { ByteSource, ReadOptions } from './source.ts'

/**
 * A source over bytes in memory. Reads are views of `bytes`, not copies.
 *
 * @param name what messages call it
 */
export function bytesSource(bytes: Uint8Array | ArrayBuffer, name = 'bytes'): ByteSource {
  const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)
  return {
    name,
    size: view.length,
    async read(start: number, end: number, options: ReadOptions = {}): Promise<Uint8Array> {
      options.signal?.throwIfAborted()
      checkRange(name, start, end, view.length)
      return view.subarray(start, end)
    },
  }
}

/** Throws `TRUNCATED` unless [start, end) lies inside `size` bytes. */
export function checkRange(name: string, start: number, end: number, size: number): void {
  if (start >= 0 && start <= end && end <= size) return
  throw new RowspaceError(
    'TRUNCATED',
    `${name}: bytes ${start} to ${end} were asked for, but it has only ${size} bytes.`,
    { source: name, start, end, size },
  )
}
