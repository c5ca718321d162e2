/** A part of a file that comes with a CRC-32, as it lies: what is read of it is counted in, in any order, and the rest when asked. */
import { RowspaceError } from '../core/errors.ts'
import { readBlocks, readExactly } from './blocks.ts'
import { checkRange } from './bytes.ts'
import { crc32, joinedCrc32 } from './crc32.ts'
import type { ByteSource, ReadOptions } from './source.ts'

export interface CheckedPart {
  /** The file it is in. */
  readonly source: ByteSource
  readonly name: string
  /** Where it lies in the file. */
  readonly start: number
  readonly end: number
  /** Of all its bytes. */
  readonly checksum: number
}

/** Pieces that came before what stands before them: a few reads are under way at once. */
const MAX_EARLY = 64

interface Piece {
  readonly end: number
  readonly crc: number
}

export class CheckedSource implements ByteSource {
  readonly name: string
  readonly size: number
  readonly concurrency: number
  readonly #part: CheckedPart
  /** The CRC-32 of all before `#position`. */
  #crc = 0
  #position = 0
  /** By where they start. */
  readonly #early = new Map<number, Piece>()

  constructor(part: CheckedPart) {
    this.#part = part
    this.name = part.name
    this.size = part.end - part.start
    this.concurrency = part.source.concurrency ?? 1
  }

  async read(start: number, end: number, { signal }: ReadOptions = {}): Promise<Uint8Array> {
    checkRange(this.name, start, end, this.size)
    const { source, start: first } = this.#part
    const bytes = await readExactly(source, first + start, first + end, signal)
    this.#count(start, bytes)
    return bytes
  }

  async readInto(start: number, target: Uint8Array, options: ReadOptions = {}): Promise<void> {
    const { source, start: first } = this.#part
    if (source.readInto === undefined) {
      target.set(await this.read(start, start + target.length, options))
      return
    }
    checkRange(this.name, start, start + target.length, this.size)
    await source.readInto(first + start, target, options)
    this.#count(start, target)
  }

  /** Reads what was not read yet, and holds all of it against the checksum. Throws `INVALID_FORMAT`. */
  async verify({ signal }: ReadOptions = {}): Promise<void> {
    while (this.#position < this.size) {
      const next = Math.min(this.size, ...this.#early.keys())
      for await (const block of readBlocks(this, this.#position, next, { signal })) void block
    }
    if (this.#crc === this.#part.checksum) return
    throw new RowspaceError(
      'INVALID_FORMAT',
      `${this.name} is damaged: its checksum is ${hex(this.#crc)}, and the archive says ${hex(this.#part.checksum)}. Copy or download it again.`,
      { source: this.name, expected: this.#part.checksum, actual: this.#crc },
    )
  }

  #count(start: number, bytes: Uint8Array): void {
    const end = start + bytes.length
    if (start > this.#position) {
      if (this.#early.size < MAX_EARLY) this.#early.set(start, { end, crc: crc32(bytes) })
      return
    }
    if (end <= this.#position) return
    this.#crc = crc32(bytes.subarray(this.#position - start), this.#crc)
    this.#position = end
    this.#countEarly()
  }

  #countEarly(): void {
    for (let piece = this.#take(); piece !== undefined; piece = this.#take()) {
      this.#crc = joinedCrc32(this.#crc, piece.crc, piece.end - this.#position)
      this.#position = piece.end
    }
  }

  /** The piece that comes next; those that overlap what was counted are let go, to be read again. */
  #take(): Piece | undefined {
    for (const start of this.#early.keys()) if (start < this.#position) this.#early.delete(start)
    const piece = this.#early.get(this.#position)
    this.#early.delete(this.#position)
    return piece
  }
}

const hex = (checksum: number) => checksum.toString(16).padStart(8, '0')
