/** The contents of a gzip stream as a source: read from front to back, and restarted to go back. */
import { RowspaceError } from '../core/errors.ts'
import { joinBytes } from '../core/join-bytes.ts'
import { readBlocks } from './blocks.ts'
import { checkRead, RangeSource } from './range-source.ts'
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

/** Held, so that looking at headers does not restart the stream. */
const HEAD_BYTES = 1 << 16
/** Packed bytes handed over at once: some engines unpack all of them before they can be stopped. */
const CHUNK_BYTES = 1 << 14
/** Packed bytes read before it is clear that more are wanted. */
const FIRST_BYTES = 1 << 16

/** A stream under way. */
interface Run {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>
  /** Of the next byte, in the contents. */
  position: number
  /** What was unpacked and not read yet. */
  rest: Uint8Array
  /** What reading the file threw, if it did. */
  failure?: unknown
  stop(): void
}

export class UnpackedSource extends RangeSource {
  #head: Uint8Array = new Uint8Array(0)
  /** Whether the checksum at its end was right. */
  #isSound = false
  #run: Run | undefined
  /** Reads wait for each other: there is one stream. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(private readonly packed: Packed) {
    super(packed.name, packed.size)
  }

  protected fill(start: number, target: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const reading = this.#last.then(() => this.#readNext(start, target, signal))
    this.#last = reading.catch(() => {})
    return reading
  }

  /** Unpacks what was not read, to compare the checksum of all of it. Throws as reading does. */
  async verify(options: ReadOptions = {}): Promise<void> {
    if (!this.#isSound) await this.readInto(this.size, new Uint8Array(0), options)
  }

  /** Ends the stream; the file is its owner's to close. */
  async close(): Promise<void> {
    this.#stop()
  }

  sibling(name: string): Promise<ByteSource | undefined> {
    return this.packed.source.sibling?.(name) ?? Promise.resolve(undefined)
  }

  async #readNext(start: number, target: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const end = start + target.length
    checkRead(this, start, end, signal)
    const held = this.#head.subarray(start, end)
    target.set(held)
    // the last byte counts once the checksum was right
    if (end <= this.#head.length && (end < this.size || this.#isSound)) return
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

  /** The contents from `start` on, into `target`; what lies before is skipped. */
  async #stream(start: number, target: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    if (this.#run === undefined || this.#run.position > start) this.#stop()
    this.#run ??= startRun(this.packed)
    const run = this.#run
    // an abort may come from the first read, before there was a run to stop
    signal?.throwIfAborted()
    const end = start + target.length
    while (run.position < end) {
      if (run.rest.length === 0) run.rest = await this.#unpackMore(run)
      const chunk = run.rest.subarray(0, end - run.position)
      const from = Math.max(0, start - run.position)
      if (from < chunk.length) target.set(chunk.subarray(from), run.position + from - start)
      run.position += chunk.length
      run.rest = run.rest.subarray(chunk.length)
    }
    // only at its end the stream is checked against its checksum
    if (end === this.size) await this.#checkEnd(run)
  }

  async #unpackMore(run: Run): Promise<Uint8Array> {
    const chunk = await this.#unpack(run)
    if (chunk === undefined) {
      throw new RowspaceError(
        'TRUNCATED',
        `${this.name} is cut short: ${this.size} bytes were to be unpacked and there are ` +
          `${run.position}. Copy or download it again.`,
        { source: this.name, expected: this.size, actual: run.position },
      )
    }
    if (run.position === this.#head.length && this.#head.length < HEAD_BYTES) {
      this.#head = joinBytes([this.#head, chunk.slice(0, HEAD_BYTES - this.#head.length)])
    }
    return chunk
  }

  async #checkEnd(run: Run): Promise<void> {
    while (run.rest.length === 0) {
      const chunk = await this.#unpack(run)
      this.#isSound = chunk === undefined
      if (chunk === undefined) return
      run.rest = chunk
    }
    throw new RowspaceError(
      'INVALID_FORMAT',
      `${this.name} holds more than the ${this.size} bytes that it promises: it is damaged, or several ` +
        'gzip files in one. Unpack it first.',
      { source: this.name, expected: this.size },
    )
  }

  /** Undefined at the end of the stream, where its checksum was right. */
  async #unpack(run: Run): Promise<Uint8Array | undefined> {
    try {
      return (await run.reader.read()).value
    } catch (cause) {
      if (run.failure !== undefined) throw run.failure
      throw new RowspaceError(
        'INVALID_FORMAT',
        `${this.name} cannot be unpacked: ${(cause as Error).message}. Copy or download it again.`,
        { source: this.name, cause },
      )
    }
  }

  #stop(): void {
    this.#run?.stop()
    this.#run = undefined
  }
}

function startRun(packed: Packed): Run {
  const stopping = new AbortController()
  const { readable, writable } = new DecompressionStream('gzip')
  const [reader, writer] = [readable.getReader(), writable.getWriter()]
  const ignored = () => {}
  const stop = () => {
    stopping.abort()
    reader.cancel().catch(ignored)
    writer.abort().catch(ignored)
  }
  const run: Run = { reader, position: 0, rest: new Uint8Array(0), stop }
  // what ends a stream is thrown by its next read, and by nothing else
  for (const end of [reader.closed, writer.closed]) end.catch(ignored)
  feed(writer, packedChunks(packed, stopping.signal), run).catch(ignored)
  return run
}

/** One chunk at a time: a pipe would read on for what nobody may want. */
async function feed(
  writer: WritableStreamDefaultWriter<BufferSource>,
  chunks: AsyncIterable<Uint8Array>,
  run: Run,
): Promise<void> {
  let isWriting = false
  try {
    for await (const chunk of chunks) {
      isWriting = true
      await writer.write(chunk as Uint8Array<ArrayBuffer>)
      isWriting = false
    }
    isWriting = true
    await writer.close()
  } catch (error) {
    if (!isWriting) run.failure = error
    await writer.abort(error)
  }
}

async function* packedChunks(
  { source, start, end, before, after }: Packed,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  if (before !== undefined) yield before
  // a caller who looks at a header alone needs no more than the first bytes
  const rest = Math.min(end, start + FIRST_BYTES)
  for (const [from, to] of [
    [start, rest],
    [rest, end],
  ] as const) {
    for await (const block of readBlocks(source, from, to, { signal })) {
      for (let at = 0; at < block.length; at += CHUNK_BYTES) yield block.subarray(at, at + CHUNK_BYTES)
    }
  }
  if (after !== undefined) yield after
}
