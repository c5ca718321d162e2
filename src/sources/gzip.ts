/**
 * A gzipped file as the file that was packed (RFC 1952).
 *
 * ```
 * | 1f 8b 08 … | deflate stream | CRC-32 | size of the contents mod 2^32 |
 * ```
 */
import { RowspaceError } from '../core/errors.ts'
import { readExactly } from './blocks.ts'
import type { ByteSource, ReadOptions } from './source.ts'
import { MAX_EXPANSION, UnpackedSource } from './unpacked.ts'

/** The shortest stream there is: a header, two bytes for no contents, a trailer. */
const MIN_BYTES = 20
/** A header may carry a name, a comment and a field of others: 64 KiB is more than any does. */
const HEADER_ROOM = 1 << 16
const WRAP = 2 ** 32

export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8
}

/**
 * The contents of a gzip file. The last four bytes hold their size, and no more than that is unpacked. Past 4
 * GiB the number has wrapped: then it stands for the smallest size that so many packed bytes can have.
 *
 * @throws `TRUNCATED` for a file too short, `INVALID_FORMAT` for a size that its bytes cannot hold
 */
export async function gunzipped(source: ByteSource, { signal }: ReadOptions = {}): Promise<UnpackedSource> {
  const { name, size: packed } = source
  if (packed < MIN_BYTES) {
    const text = `${name} is cut short: ${packed} bytes are no gzip file.`
    throw new RowspaceError('TRUNCATED', text, { source: name, actual: packed })
  }
  const trailer = await readExactly(source, packed - 4, packed, signal)
  let size = new DataView(trailer.buffer, trailer.byteOffset, 4).getUint32(0, true)
  // what cannot be packed is stored as it is, at a cost of a few bytes in ten thousand
  while (size < packed * 0.999 - HEADER_ROOM) size += WRAP
  if (size > packed * MAX_EXPANSION) {
    throw new RowspaceError(
      'INVALID_FORMAT',
      `${name} promises to be ${size} bytes when it is unpacked, more than ${packed} packed bytes can ` +
        'hold: it is cut short or damaged. Copy or download it again.',
      { source: name, size, packed },
    )
  }
  return new UnpackedSource({ source, name, size, start: 0, end: packed })
}
