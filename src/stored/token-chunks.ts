/** Parts of an index's tokens read by their places: pages of slots, then blocks of tokens. */

import { invalidFormat } from '../formats/malformed.ts'
import { readExactly } from '../sources/blocks.ts'
import { shortChecksum } from '../sources/checksum.ts'
import { damaged, type OpenIndex, readWhole } from './load-index.ts'
import { sideBySide } from './side-by-side.ts'
import {
  BLOCK_HEAD_BYTES,
  BLOCK_TOKENS,
  LENGTHS_AT,
  MAX_TOKEN_BYTES,
  PAGE_BYTES,
  TOKEN_BLOCKS,
  TOKEN_BYTES,
  TOKEN_CHECKSUMS,
  TOKEN_SLOTS,
} from './token-layout.ts'

const MAX_BLOCK_BYTES = BLOCK_HEAD_BYTES + BLOCK_TOKENS * MAX_TOKEN_BYTES
/** Bytes between two chunks that are read rather than asked for apart. */
const GAP_BYTES = 1 << 10
/** Bytes of one read, and a chunk more. */
const READ_BYTES = 1 << 20
const CACHE_BYTES = 1 << 20

/** Where a chunk lies: bytes [start, end) of the file. */
interface Place {
  readonly chunk: number
  readonly start: number
  readonly end: number
}

export class TokenChunks {
  /** Pages of slots: chunks with smaller numbers. */
  readonly pages: number
  /** The chunks read last, the oldest first. */
  readonly #cache = new Map<number, Uint8Array>()
  #cachedBytes = 0

  private constructor(
    private readonly index: OpenIndex,
    private readonly blockEnds: Uint32Array,
    private readonly checksums: Uint32Array,
    readonly hash: Awaited<ReturnType<typeof shortChecksum>>,
  ) {
    this.pages = checksums.length
  }

  /** Throws `CHECKSUM_MISMATCH`, and what the source throws. */
  static async open(index: OpenIndex, signal: AbortSignal | undefined): Promise<TokenChunks> {
    const [ends, sums] = await Promise.all(
      [TOKEN_BLOCKS, TOKEN_CHECKSUMS].map(async (name) => readWhole(index, name, signal)),
    )
    const numbers = (bytes = new Uint8Array()) => new Uint32Array(bytes.buffer)
    return new TokenChunks(index, numbers(ends), numbers(sums), await shortChecksum())
  }

  /**
   * Chunks by their numbers. Those that lie close to each other are read together.
   *
   * @throws `CHECKSUM_MISMATCH`, and what the source throws
   */
  async read(numbers: Iterable<number>, signal: AbortSignal | undefined): Promise<Map<number, Uint8Array>> {
    signal?.throwIfAborted()
    const found = new Map<number, Uint8Array>()
    const absent: number[] = []
    for (const chunk of new Set(numbers)) {
      const bytes = this.#cache.get(chunk)
      if (bytes === undefined) absent.push(chunk)
      else this.#hold(found, chunk, bytes)
    }
    const places = absent.sort((a, b) => a - b).map((chunk) => this.#placeOf(chunk))
    await sideBySide(runsOf(places), signal, async (run, stopped) => {
      const [{ start = 0 } = {}, { end = 0 } = {}] = [run[0], run.at(-1)]
      const bytes = await readExactly(this.index.source, start, end, stopped)
      for (const each of run) {
        // a copy: the rest need not stay in memory
        const part = bytes.slice(each.start - start, each.end - start)
        this.#check(each.chunk, part)
        this.#hold(found, each.chunk, part)
      }
    })
    return found
  }

  #placeOf(chunk: number): Place {
    const { source, header } = this.index
    const { start: slotsAt = 0 } = header.tensors.get(TOKEN_SLOTS) ?? {}
    const { start: bytesAt = 0, elements = 0 } = header.tensors.get(TOKEN_BYTES) ?? {}
    if (chunk < this.pages) {
      const start = slotsAt + chunk * PAGE_BYTES
      return { chunk, start, end: start + PAGE_BYTES }
    }
    const block = chunk - this.pages
    const start = block === 0 ? 0 : (this.blockEnds[block - 1] ?? 0)
    const end = this.blockEnds[block] ?? 0
    if (start + BLOCK_HEAD_BYTES <= end && end <= Math.min(elements, start + MAX_BLOCK_BYTES)) {
      return { chunk, start: bytesAt + start, end: bytesAt + end }
    }
    throw invalidFormat(source, `its block ${block} of tokens cannot lie at bytes ${start} to ${end}.`)
  }

  #check(chunk: number, bytes: Uint8Array): void {
    const { source } = this.index
    const block = chunk - this.pages
    const [name, actual, expected] =
      block < 0
        ? [TOKEN_SLOTS, this.hash(bytes, chunk), this.checksums[chunk]]
        : [TOKEN_BYTES, this.hash(bytes.subarray(LENGTHS_AT), block), checksumIn(bytes)]
    if (actual !== expected) throw damaged(source, name, actual, expected)
  }

  /** Adds a chunk to what was found, and makes it the newest in the cache. */
  #hold(found: Map<number, Uint8Array>, chunk: number, bytes: Uint8Array): void {
    found.set(chunk, bytes)
    this.#cachedBytes += bytes.length - (this.#cache.get(chunk)?.length ?? 0)
    this.#cache.delete(chunk)
    this.#cache.set(chunk, bytes)
    for (const [oldest, { length }] of this.#cache) {
      if (this.#cachedBytes <= CACHE_BYTES) break
      this.#cache.delete(oldest)
      this.#cachedBytes -= length
    }
  }
}

function checksumIn({ buffer, byteOffset }: Uint8Array): number {
  return new DataView(buffer, byteOffset).getUint32(0, true)
}

/** Places, ascending, in runs that are read at once. */
function runsOf(places: readonly Place[]): Place[][] {
  const runs: Place[][] = []
  for (const place of places) {
    const run = runs.at(-1)
    const [first, last] = [run?.[0], run?.at(-1)]
    const isNear = last !== undefined && place.start - last.end <= GAP_BYTES
    if (isNear && first !== undefined && place.end - first.start <= READ_BYTES) run?.push(place)
    else runs.push([place])
  }
  return runs
}
