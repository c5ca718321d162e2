/** ClickHouse's RowBinary: values one after the other, little-endian, lengths as LEB128, no names. */
import { RowspaceError } from '../core/errors.ts'

const UTF8 = new TextEncoder()
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export class RowBinaryWriter {
  private bytes = new Uint8Array(1 << 16)
  private view = new DataView(this.bytes.buffer)
  private length = 0

  private room(more: number): number {
    const start = this.length
    this.length += more
    if (this.length > this.bytes.length) {
      const bytes = new Uint8Array(Math.max(this.length, 2 * this.bytes.length))
      bytes.set(this.bytes)
      this.bytes = bytes
      this.view = new DataView(bytes.buffer)
    }
    return start
  }

  uint8(value: number): void {
    const at = this.room(1)
    this.view.setUint8(at, value)
  }

  uint64(value: number): void {
    const at = this.room(8)
    this.view.setBigUint64(at, BigInt(value), true)
  }

  float32(value: number): void {
    const at = this.room(4)
    this.view.setFloat32(at, value, true)
  }

  float64(value: number): void {
    const at = this.room(8)
    this.view.setFloat64(at, value, true)
  }

  /** A length: 7 bits per byte, the lowest first. */
  private size(value: number): void {
    let rest = value
    for (; rest > 127; rest >>>= 7) this.uint8((rest & 127) | 128)
    this.uint8(rest)
  }

  text(value: string): void {
    const bytes = UTF8.encode(value)
    this.size(bytes.length)
    const at = this.room(bytes.length)
    this.bytes.set(bytes, at)
  }

  /** A Nullable: whether it is null, then the value if there is one. */
  nullable<Value>(value: Value | null | undefined, write: (value: Value) => void): void {
    const isNull = value === null || value === undefined
    this.uint8(Number(isNull))
    if (!isNull) write(value)
  }

  /** An array of numbers, little-endian as in memory. */
  array(values: Float32Array | Int8Array): void {
    this.size(values.length)
    const at = this.room(values.byteLength)
    this.bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length)
  }
}

/** Reads an answer. Throws `TRUNCATED` where it breaks off. */
export class RowBinaryReader {
  private at = 0
  private readonly bytes: Uint8Array
  private readonly view: DataView

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    // not the array itself: it may be a Buffer, whose slices are not copies
    this.bytes = new Uint8Array(buffer, byteOffset, byteLength)
    this.view = new DataView(buffer, byteOffset, byteLength)
  }

  get done(): boolean {
    return this.at === this.bytes.length
  }

  private take(count: number): number {
    const start = this.at
    this.at += count
    if (this.at <= this.bytes.length) return start
    throw new RowspaceError('TRUNCATED', `The server's answer breaks off after ${this.bytes.length} bytes.`)
  }

  uint8(): number {
    return this.view.getUint8(this.take(1))
  }

  uint32(): number {
    return this.view.getUint32(this.take(4), true)
  }

  uint64(): number {
    return Number(this.view.getBigUint64(this.take(8), true))
  }

  private size(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.uint8()
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
  }

  text(): string {
    const length = this.size()
    const start = this.take(length)
    try {
      return DECODER.decode(this.bytes.subarray(start, start + length))
    } catch (cause) {
      const message = "The server's answer has a text that is not UTF-8."
      throw new RowspaceError('INVALID_ENCODING', message, { cause })
    }
  }

  float64(): number {
    return this.view.getFloat64(this.take(8), true)
  }

  /** An array of float64. */
  doubles(): Float64Array<ArrayBuffer> {
    const length = this.size()
    const start = this.take(8 * length)
    return new Float64Array(this.bytes.slice(start, start + 8 * length).buffer)
  }

  /** An array of float32. */
  floats(): Float32Array<ArrayBuffer> {
    const length = this.size()
    const start = this.take(4 * length)
    return new Float32Array(this.bytes.slice(start, start + 4 * length).buffer)
  }
}
