/** Little-endian values of a file, read through a window: headers of any length take little memory. */
import { readExactly } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import { truncated } from '../malformed.ts'

/** Of the first window. Each is twice the one before: long headers take few reads, short ones few bytes. */
const FIRST_BYTES = 1 << 17
const MAX_BYTES = 1 << 22

export class Cursor {
  /** Of the next byte, in the file. */
  position = 0
  #window: Uint8Array = new Uint8Array(0)
  #view = new DataView(this.#window.buffer)
  #start = 0
  #size = FIRST_BYTES

  constructor(
    readonly source: ByteSource,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Bytes from here to the end of the file. */
  get left(): number {
    return this.source.size - this.position
  }

  /** Whether the next `bytes` can be taken without waiting. */
  has(bytes: number): boolean {
    return this.position + bytes <= this.#start + this.#window.length
  }

  /**
   * Waits until the next `bytes` can be taken. Throws `TRUNCATED`, naming `what`, if the file ends before.
   */
  async need(bytes: number, what: string): Promise<void> {
    if (this.has(bytes)) return
    this.checkLeft(bytes, what)
    const end = Math.min(this.source.size, this.position + Math.max(bytes, this.#size))
    this.#size = Math.min(MAX_BYTES, this.#size * 2)
    this.#window = await readExactly(this.source, this.position, end, this.signal)
    this.#view = new DataView(this.#window.buffer, this.#window.byteOffset, this.#window.length)
    this.#start = this.position
  }

  /** Throws `TRUNCATED` unless the file has `bytes` more: called before anything is made that is so large. */
  checkLeft(bytes: number, what: string): void {
    if (bytes > this.left) throw truncated(this.source, what, this.position + bytes)
  }

  /** Passes over bytes without reading them. */
  skip(bytes: number, what: string): void {
    this.checkLeft(bytes, what)
    this.position += bytes
  }

  u32(): number {
    const value = this.#view.getUint32(this.position - this.#start, true)
    this.position += 4
    return value
  }

  /** Rounded past 2^53, where nothing can be that is counted. */
  u64(): number {
    const value = this.#view.getBigUint64(this.position - this.#start, true)
    this.position += 8
    return Number(value)
  }

  /** A view of the next bytes. */
  bytes(length: number): Uint8Array {
    const from = this.position - this.#start
    this.position += length
    return this.#window.subarray(from, from + length)
  }
}
