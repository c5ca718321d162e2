/** The contents of a gzip stream as a source: read from front to back, begun again where somebody goes back. */
import { RowspaceError } from '../core/errors.ts'
import { readBlocks } from './blocks.ts'
import { checkRange } from './bytes.ts'
import type { ByteSource, ReadOptions } from './source.ts'

export interface Packed {
  /** The file it is in. */
  readonly source: ByteSource
  readonly name: string
  /** Bytes of the contents, as they are promised: not one more is unpacked. */
  readonly size: number
  /** Where the stream lies in the file. */
  readonly start: number
  readonly end: number
  /** What makes a gzip stream of it, where it is a bare deflate stream. */
  readonly before?: Uint8Array | undefined
  readonly after?: Uint8Array | undefined
}

/** Deflate makes at most 1,032 bytes of one: packed bytes that claim more lie. */
export const MAX_EXPANSION = 1_032

/** Kept, so that looking at headers does not begin the stream again. */
const HEAD_BYTES = 1 << 16
/** Packed bytes handed over at once: some engines unpack all of them before anybody can say stop. */
const PIECE_BYTES = 1 << 14

/** Packed bytes read before it is clear that more are wanted. */
const FIRST_BYTES = 1 << 16

/** A stream under way. */
interface Run {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>
  /** Of the next byte, in the contents. */
  position: number
  /** What came and was not asked for yet. */
  rest: Uint8Array
  stop(): void
  /** What reading the file threw, if it did. */
  readonly failure: () => unknown
}

export class UnpackedSource implements ByteSource {
  readonly name: string
  readonly size: number
  readonly #packed: Packed
  #head: Uint8Array = new Uint8Array(0)
  /** Whether the checksum at its end was right. */
  #isSound = false
  #run: Run | undefined
  /** Reads wait for each other: there is one stream. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(packed: Packed) {
    this.#packed = packed
    this.name = packed.name
    this.size = packed.size
  }

  async read(start: number, end: number, options: ReadOptions = {}): Promise<Uint8Array> {
    options.signal?.throwIfAborted()
    checkRange(this.name, start, end, this.size)
    if (this.#holds(end)) return this.#head.subarray(start, end)
    const bytes = new Uint8Array(end - start)
    await this.readInto(start, bytes, options)
    return bytes
  }

  readInto(start: number, target: Uint8Array, options: ReadOptions = {}): Promise<void> {
    const reading = this.#last.then(() => this.#readNext(start, target, options.signal))
    this.#last = reading.catch(() => {})
    return reading
  }

  /** Unpacks what was not read, to hold it all against its checksum. Throws as reading does. */
  async verify({ signal }: ReadOptions = {}): Promise<void> {
    if (!this.#isSound) await this.readInto(this.size, new Uint8Array(0), { signal })
  }

  /** Ends the stream; the file is its owner's to close. */
  async close(): Promise<void> {
    this.#stop()
  }

  sibling(name: string): Promise<ByteSource | undefined> {
    return this.#packed.source.sibling?.(name) ?? Promise.resolve(undefined)
  }

  async #readNext(start: number, target: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    checkRange(this.name, start, start + target.length, this.size)
    const held = this.#head.subarray(start, start + target.length)
    target.set(held)
    if (this.#holds(start + target.length)) return
    const abort = () => this.#stop()
    signal?.addEventListener('abort', abort)
    try {
      await this.#stream(start + held.length, target.subarray(held.length), signal)
    } catch (error) {
      this.#stop()
      signal?.throwIfAborted()
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Whether all before `end` is held. The end itself counts once the checksum was right. */
  #holds(end: number): boolean {
    return end <= this.#head.length && (end < this.size || this.#isSound)
  }

  /** The contents from `start` on, into `target`; what lies before is passed over. */
  async #stream(start: number, target: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    if (this.#run === undefined || this.#run.position > start) {
      this.#stop()
      this.#run = startRun(this.#packed)
      // reading has begun, and may have been stopped meanwhile
      signal?.throwIfAborted()
    }
    const run = this.#run
    const end = start + target.length
    while (run.position < end) {
      if (run.rest.length === 0) run.rest = await this.#nextPiece(run)
      const piece = run.rest.subarray(0, end - run.position)
      const from = Math.max(0, start - run.position)
      if (from < piece.length) target.set(piece.subarray(from), run.position + from - start)
      run.position += piece.length
      run.rest = run.rest.subarray(piece.length)
    }
    // only at its end the stream is checked against its checksum
    if (end === this.size) await this.#checkEnd(run)
  }

  async #nextPiece(run: Run): Promise<Uint8Array> {
    const { done, value } = await run.reader.read().catch((cause) => {
      throw this.#failed(run, cause)
    })
    if (done) {
      throw new RowspaceError(
        'TRUNCATED',
        `${this.name} is cut short: ${this.size} bytes were to be unpacked and there are ${run.position}. Copy or download it again.`,
        { source: this.name, expected: this.size, actual: run.position },
      )
    }
    if (run.position === this.#head.length && this.#head.length < HEAD_BYTES) {
      this.#head = joined(this.#head, value.subarray(0, HEAD_BYTES - this.#head.length))
    }
    return value
  }

  async #checkEnd(run: Run): Promise<void> {
    while (run.rest.length === 0) {
      const { done, value } = await run.reader.read().catch((cause) => {
        throw this.#failed(run, cause)
      })
      if (done) {
        this.#isSound = true
        return
      }
      run.rest = value
    }
    throw new RowspaceError(
      'INVALID_FORMAT',
      `${this.name} holds more than the ${this.size} bytes that it promises: it is damaged, or several gzip files in one. Unpack it first.`,
      { source: this.name, expected: this.size },
    )
  }

  #failed(run: Run, cause: unknown): unknown {
    const failure = run.failure()
    if (failure !== undefined) return failure
    return new RowspaceError(
      'INVALID_FORMAT',
      `${this.name} cannot be unpacked: ${(cause as Error).message}. Copy or download it again.`,
      { source: this.name, cause },
    )
  }

  #stop(): void {
    this.#run?.stop()
    this.#run = undefined
  }
}

function startRun(packed: Packed): Run {
  const stop = new AbortController()
  const { readable, writable } = new DecompressionStream('gzip')
  const writer = writable.getWriter()
  const reader = readable.getReader()
  // what a stream that was stopped says of it is nobody's to hear
  writer.closed.catch(() => {})
  reader.closed.catch(() => {})
  let failure: unknown
  const fail = (error: unknown) => {
    failure ??= error
    writer.abort(error).catch(() => {})
  }
  // a stream that finds its bytes damaged refuses more of them, and says so to its reader
  feed(writer, pieces(packed, stop.signal, fail)).catch(() => {})
  return {
    reader,
    position: 0,
    rest: new Uint8Array(0),
    failure: () => failure,
    stop: () => {
      stop.abort()
      reader.cancel().catch(() => {})
      writer.abort().catch(() => {})
    },
  }
}

type Pieces = AsyncGenerator<Uint8Array, void, void>

async function feed(writer: WritableStreamDefaultWriter<BufferSource>, all: Pieces): Promise<void> {
  for await (const piece of all) await writer.write(piece as Uint8Array<ArrayBuffer>)
  await writer.close()
}

/** @param fail told what reading the file throws */
async function* pieces(packed: Packed, signal: AbortSignal, fail: (error: unknown) => void): Pieces {
  if (packed.before !== undefined) yield packed.before
  const { source, start, end } = packed
  // whoever looks at a header alone needs no more than a little
  const rest = Math.min(end, start + FIRST_BYTES)
  try {
    for (const [from, to] of [
      [start, rest],
      [rest, end],
    ] as const) {
      for await (const block of readBlocks(source, from, to, { signal })) {
        for (let at = 0; at < block.length; at += PIECE_BYTES) yield block.subarray(at, at + PIECE_BYTES)
      }
    }
  } catch (error) {
    fail(error)
    throw error
  }
  if (packed.after !== undefined) yield packed.after
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}
