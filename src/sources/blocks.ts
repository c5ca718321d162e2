/** A source read from front to back, block by block. */
import { RowspaceError } from '../core/errors.ts'
import type { ByteSource, ReadOptions } from './source.ts'

/**
 * Bytes per read: large enough for a disk or a network, small beside a table. Several are under way at once,
 * and garbage until they are collected: with 4 MiB a load of 1 GB peaked 13 % above the table, with this 8 %.
 */
export const BLOCK_BYTES = 1 << 20

export interface BlockOptions {
  signal?: AbortSignal | undefined
  /** Bytes in a block; the last may be shorter. */
  blockBytes?: number | undefined
  /** Where the bytes go: blocks are views of it. Default: each block has memory of its own. */
  target?: Uint8Array | undefined
  /** Called with the bytes dealt with so far, after each block. */
  onBytes?: ((done: number) => void) | undefined
}

/**
 * The bytes [start, end) of `source` in order. While a block is dealt with the next are being read: one of a
 * disk, `source.concurrency` at once of a network. A caller who stops early stops those reads too.
 *
 * Throws `signal.reason` when aborted; `onBytes` is not called after that. Throws `TRUNCATED` on a short
 * read.
 */
export function readBlocks(
  source: ByteSource,
  start: number,
  end: number,
  { blockBytes = BLOCK_BYTES, target, ...options }: BlockOptions = {},
): AsyncGenerator<Uint8Array, void, void> {
  return readRanges(source, blocksOf(start, end, blockBytes), options, (from, to, signal) => {
    const place = target?.subarray(from - start, to - start)
    if (place === undefined) return readExactly(source, from, to, signal)
    return readBlockInto(source, from, place, { signal }).then(() => place)
  })
}

/** Where bytes lie: [start, end). */
export type ByteRange = readonly [start: number, end: number]

function* blocksOf(start: number, end: number, blockBytes: number): Generator<ByteRange, void, void> {
  for (let from = start; from < end; from += blockBytes) yield [from, Math.min(from + blockBytes, end)]
}

/** The bytes of each range in turn, read ahead and stopped as the blocks of `readBlocks` are. */
export async function* readRanges(
  source: ByteSource,
  ranges: Iterable<ByteRange>,
  { signal, onBytes }: Pick<BlockOptions, 'signal' | 'onBytes'> = {},
  read = (start: number, end: number, stopped: AbortSignal) => readExactly(source, start, end, stopped),
): AsyncGenerator<Uint8Array, void, void> {
  signal?.throwIfAborted()
  const stop = new AbortController()
  const stopped = eitherOf(signal, stop.signal)
  const underWay: Promise<Uint8Array>[] = []
  const rest = ranges[Symbol.iterator]()
  const readAhead = () => {
    while (underWay.length < readsAtOnce(source)) {
      const { done, value } = rest.next()
      if (done === true) return
      const reading = read(value[0], value[1], stopped)
      // a caller who stops early never awaits these reads: their failure must not be an unhandled rejection
      reading.catch(() => {})
      underWay.push(reading)
    }
  }
  try {
    let done = 0
    readAhead()
    for (let first = underWay.shift(); first !== undefined; first = underWay.shift()) {
      const block = await first
      signal?.throwIfAborted()
      readAhead()
      done += block.length
      yield block
      signal?.throwIfAborted()
      onBytes?.(done)
      // `onBytes` may abort, after the last block too
      signal?.throwIfAborted()
    }
  } finally {
    // an abort makes an error with a stack, which costs more than a small read
    if (underWay.length > 0) stop.abort()
  }
}

/**
 * Fills `target` with the bytes from `start` on: several blocks at once where the source has that, without a
 * copy of them anywhere else where it can. When the promise settles nothing writes to `target` any more.
 *
 * Throws as readBlocks.
 */
export async function readStraight(
  source: ByteSource,
  start: number,
  target: Uint8Array,
  { signal, blockBytes, onBytes }: Omit<BlockOptions, 'target'> = {},
): Promise<void> {
  const stop = new AbortController()
  const stopped = eitherOf(signal, stop.signal)
  stopped.throwIfAborted()
  const step = blockBytes ?? longestRead(source, target.length)
  let next = 0
  let done = 0
  const report = (count: number) => {
    if (count === 0) return
    stopped.throwIfAborted()
    done += count
    onBytes?.(done)
    stopped.throwIfAborted()
  }
  const lane = async () => {
    try {
      while (next < target.length) {
        const block = target.subarray(next, next + step)
        const from = start + next
        next += block.length
        const steps = new Steps(block.length, report)
        await readBlockInto(source, from, block, { signal: stopped, onBytes: (count) => steps.add(count) })
        steps.end()
      }
    } catch (error) {
      stop.abort(error)
    }
  }
  await Promise.all(Array.from({ length: readsAtOnce(source) }, lane))
  stopped.throwIfAborted()
}

/** Reports what comes of a block of `length` bytes by the mebibyte, and each byte once. */
class Steps {
  #came = 0
  #reported = 0

  constructor(
    private readonly length: number,
    private readonly report: (count: number) => void,
  ) {}

  add(count: number): void {
    this.#came = Math.min(this.length, this.#came + count)
    if (this.#came - this.#reported >= BLOCK_BYTES) this.#flush()
  }

  end(): void {
    this.#came = this.length
    this.#flush()
  }

  #flush(): void {
    const count = this.#came - this.#reported
    this.#reported = this.#came
    this.report(count)
  }
}

/** Bytes per read where `length` are read into place: as long as the source likes, with a share for each read at once. */
function longestRead(source: ByteSource, length: number): number {
  const share = Math.ceil(length / readsAtOnce(source))
  return Math.min(source.blockBytes ?? BLOCK_BYTES, Math.max(BLOCK_BYTES, share))
}

function eitherOf(signal: AbortSignal | undefined, stop: AbortSignal): AbortSignal {
  return signal === undefined ? stop : AbortSignal.any([signal, stop])
}

function readsAtOnce({ concurrency = 1 }: ByteSource): number {
  return Math.max(1, concurrency)
}

/** Fills `block` with the bytes from `start` on, by whichever way of reading the source has. */
export async function readBlockInto(
  source: ByteSource,
  start: number,
  block: Uint8Array,
  options: ReadOptions,
): Promise<void> {
  if (source.readInto !== undefined) return source.readInto(start, block, options)
  block.set(await readExactly(source, start, start + block.length, options.signal))
}

/** `source.read`, with its length checked: a source may come from a caller. */
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
    `${source.name}: bytes ${start} to ${end} were requested and ${bytes.length} of ${end - start} came.`,
    { source: source.name, expected: end - start, actual: bytes.length },
  )
}
