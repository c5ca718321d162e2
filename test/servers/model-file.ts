/**
 * Files of real models' names, shapes and types: only the table has numbers, the other tensors are zeros that
 * exist nowhere until they are requested. Node only.
 */
import { bitsAt, type ModelFileSpec } from './model-names.ts'

const BYTES = { F32: 4, BF16: 2, F8_E4M3: 1 } as const
export class ModelFile {
  readonly size: number
  readonly #header: Buffer
  readonly #table: { start: number; end: number; bytes: number }
  readonly #seed: number
  readonly #rows: Map<number, Buffer>
  #prepared: Buffer | undefined

  constructor({ tensors, table, seed, rows = {} }: ModelFileSpec) {
    let end = 0
    const entries = tensors.map(({ name, dtype, shape }) => {
      const start = end
      end += shape.reduce((product, length) => product * length, BYTES[dtype])
      return [name, { dtype, shape, data_offsets: [start, end] }] as const
    })
    const text = JSON.stringify(Object.fromEntries(entries))
    const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8))
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(padded.length))
    this.#header = Buffer.concat([length, padded])
    // of a model in parts, one holds the table
    const entry = entries.find(([name]) => name === table)?.[1] ?? { dtype: 'F32', data_offsets: [0, 0] }
    const [from, to] = entry.data_offsets as [number, number]
    this.#table = {
      start: this.#header.length + from,
      end: this.#header.length + to,
      bytes: BYTES[entry.dtype as keyof typeof BYTES],
    }
    this.size = this.#header.length + end
    this.#seed = seed
    this.#rows = new Map(
      Object.entries(rows).map(([id, base64]) => [Number(id), Buffer.from(base64, 'base64')]),
    )
  }

  /** Bytes before the data. */
  get headerBytes(): number {
    return this.#header.length
  }

  slice(start: number, end: number): Buffer {
    const bytes = Buffer.alloc(end - start)
    if (start < this.#header.length) this.#header.copy(bytes, 0, start, end)
    const { start: from, end: to, bytes: width } = this.#table
    // the numbers that touch [start, end), then the bytes of them that lie in it
    const first = Math.floor((Math.max(start, from) - from) / width)
    const last = Math.ceil((Math.min(end, to) - from) / width)
    if (last <= first) return bytes
    const numbers = this.#numbers(first, last)
    const offset = from + first * width - start
    numbers.copy(bytes, Math.max(0, offset), Math.max(0, -offset))
    for (const [id, row] of this.#rows) {
      const place = from + id * row.length - start
      if (place < bytes.length && place + row.length > 0)
        row.copy(bytes, Math.max(0, place), Math.max(0, -place))
    }
    return bytes
  }

  /** Makes the table's numbers now, not when they are requested: whoever measures does not measure this. */
  prepare(): void {
    const { start, end, bytes } = this.#table
    this.#prepared = this.#make(0, (end - start) / bytes)
  }

  #numbers(first: number, last: number): Buffer {
    const { bytes } = this.#table
    return this.#prepared?.subarray(first * bytes, last * bytes) ?? this.#make(first, last)
  }

  #make(first: number, last: number): Buffer {
    if (this.#table.bytes === 4) {
      const numbers = new Uint32Array(last - first)
      for (let i = 0; i < numbers.length; i++) numbers[i] = bitsAt(this.#seed, first + i)
      return Buffer.from(numbers.buffer)
    }
    const numbers = new Uint16Array(last - first)
    for (let i = 0; i < numbers.length; i++) numbers[i] = bitsAt(this.#seed, first + i) >>> 16
    return Buffer.from(numbers.buffer)
  }
}
