/** A source read from front to back, block by block. */
import { RowspaceError } from '../errors.ts'
import type { ByteSource } from './source.ts'

/** Bytes read at once unless told otherwise: large enough for a disk or a network, small beside a table. */
export const BLOCK_BYTES = 1 << 22

export interface BlockOptions {
  signal?: AbortSignal | undefined
  /** Bytes in a block; the last may be shorter. */
  blockBytes?: number | undefined
  /** Called with the bytes dealt with so far, after each block. */
  onBytes?: ((done: number) => void) | undefined
}

/**
 * The bytes [start, end) of `source` in order. The block after the one that is handed out is already being read.
 *
 * Throws `signal.reason` when aborted; `onBytes` is not called after that. Throws `TRUNCATED` on a short read.
 */
export async function* readBlocks(
  source: ByteSource,
  start: number,
  end: number,
  options: BlockOptions = {},
): AsyncGenerator<Uint8Array, void, void> {
  const { signal, blockBytes = BLOCK_BYTES, onBytes } = options
  const readFrom = (from: number) => readExactly(source, from, Math.min(from + blockBytes, end), signal)
  signal?.throwIfAborted()
  let position = start
  let next = readFrom(position)
  while (position < end) {
    const block = await next
    signal?.throwIfAborted()
    position += block.length
    if (position < end) {
      next = readFrom(position)
      // Whoever stops early never awaits this read: its failure must not become an unhandled rejection.
      next.catch(() => {})
    }
    yield block
    signal?.throwIfAborted()
    onBytes?.(position - start)
  }
}

/** `source.read`, with the promise of its length checked: a source may be anybody's. */
export async function readExactly(
  source: ByteSource,
  start: number,
  end: number,
  signal?: AbortSignal | undefined,
): Promise<Uint8Array> {
  const bytes = await source.read(start, end, { signal })
  if (bytes.length === end - start) return bytes
  throw new RowspaceError(
    'TRUNCATED',
    `${source.name}: bytes ${start} to ${end} were asked for and ${bytes.length} of ${end - start} came.`,
    { source: source.name, expected: end - start, actual: bytes.length },
  )
}
