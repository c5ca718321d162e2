/** A part of a file that comes with a CRC-32: whatever is read is counted in, and `verify` reads the rest. */
import { RowspaceError } from '../core/errors.ts'
import { readBlockInto, readBlocks } from './blocks.ts'
import { crc32, joinedCrc32 } from './crc32.ts'
import { RangeSource } from './range-source.ts'
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

export class CheckedSource extends RangeSource {
  /** The CRC-32 of all before `#position`. */
  #crc = 0
  #position = 0
  /** Reads that were ahead of `#position` (several are under way at once), by where they start. */
  readonly #ahead = new Map<number, { end: number; crc: number }>()

  constructor(private readonly part: CheckedPart) {
    super(part.name, part.end - part.start)
  }

  get concurrency(): number {
    return this.part.source.concurrency ?? 1
  }

  protected async fill(start: number, target: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    await readBlockInto(this.part.source, this.part.start + start, target, { signal })
    this.#count(start, target)
  }

  /** Reads what was not read yet, and compares the checksum of all of it. Throws `INVALID_FORMAT`. */
  async verify({ signal }: ReadOptions = {}): Promise<void> {
    while (this.#position < this.size) {
      const known = this.#ahead.get(this.#position)
      if (known === undefined) {
        const starts = [...this.#ahead.keys()].filter((start) => start > this.#position)
        const next = Math.min(this.size, ...starts)
        for await (const block of readBlocks(this, this.#position, next, { signal })) void block
      } else {
        this.#crc = joinedCrc32(this.#crc, known.crc, known.end - this.#position)
        this.#position = known.end
      }
    }
    if (this.#crc === this.part.checksum) return
    throw new RowspaceError(
      'INVALID_FORMAT',
      `${this.name} is damaged: its checksum is ${hex(this.#crc)}, and the archive says ` +
        `${hex(this.part.checksum)}. Copy or download it again.`,
      { source: this.name, expected: this.part.checksum, actual: this.#crc },
    )
  }

  #count(start: number, bytes: Uint8Array): void {
    const end = start + bytes.length
    if (bytes.length === 0 || end <= this.#position) return
    if (start > this.#position) {
      this.#ahead.set(start, { end, crc: crc32(bytes) })
    } else {
      this.#crc = crc32(bytes.subarray(this.#position - start), this.#crc)
      this.#position = end
    }
  }
}

const hex = (checksum: number) => checksum.toString(16).padStart(8, '0')
