/** Makes the index of a table: its rows are read once, block by block. */

import { type CommonPart, commonParts, type RowPart, rowParts } from '../../bindings/code-parts.ts'
import { measureColumns } from '../../bindings/codes.ts'
import { writeCodeBits } from '../../bindings/records.ts'
import type { TableMemory } from '../../bindings/table-memory.ts'
import { MAX_CODED_COLUMNS } from '../../build/core-constants.ts'
import { RowspaceError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { SafeProgress } from '../core/safe-progress.ts'
import { FUNCTION, type KeysOf, oneOf, pickOptions, readChecked } from '../core/strict-options.ts'
import { encodeHeader } from '../formats/safetensors/writer.ts'
import type { SourceLike } from '../open/open-source.ts'
import { Checksum } from '../sources/checksum.ts'
import { type CoreSource, createMemory } from '../table/load-core.ts'
import type { BlockStore } from './block-store.ts'
import { type EncodedTokens, encodeTokens } from './encode-tokens.ts'
import {
  type CodeBits,
  checksumsTensor,
  INDEX_VERSION,
  type IndexedRows,
  indexTensors,
  LAYOUT,
  METADATA_KEY,
} from './index-layout.ts'
import { identityOf, openStoredFile, type StoredFile } from './open-stored-file.ts'
import { FILE_OPTIONS, type StoredFileOptions } from './options.ts'
import { sampleOf } from './row-sample.ts'

/** How an index is made. */
export interface IndexOptions extends StoredFileOptions {
  /** Codes of 8 bits per number, or of 4: half the memory, and more rows to read. Default: 'int8'. */
  codes?: 'int8' | 'int4' | undefined
  /** The WebAssembly core: a URL, Response, bytes or Module. Default: the one that comes with the package. */
  core?: CoreSource | undefined
  /** Called with the rows that were read. What it throws does not stop the work. */
  onProgress?: ((progress: Progress<'index'>) => void) | undefined
}

export const INDEX_OPTIONS: KeysOf<IndexOptions> = {
  ...FILE_OPTIONS,
  core: true,
  codes: oneOf('int8', 'int4'),
  onProgress: FUNCTION,
}

/** Bytes of rows that are encoded at once. */
const BLOCK_BYTES = 1 << 22
/** Rows that the columns' means and spreads are taken from, so many together. */
const SAMPLE = 2048
const TOGETHER = 32

/**
 * The index of a table as the bytes of a file, in chunks: what `viewTable` searches the table by. Rows are read
 * once; memory has a block of them, 12 bytes for each of all, and the tokens where the file has its own.
 *
 * @returns chunks: write them with `writeFileAtomically(path, chunks)`, beside the table as
 *   `<its name>.index.safetensors`
 * @throws RowspaceError as viewTable; `NON_FINITE` naming row and column; `UNSUPPORTED` for rows of more than
 *   65,536 numbers
 * @example await writeFileAtomically('rows.npy.index.safetensors', writeIndex('rows.npy'))
 */
export async function* writeIndex(
  source: SourceLike,
  options: IndexOptions = {},
): AsyncGenerator<Uint8Array, void, void> {
  yield* indexChunks(source, readChecked(options, INDEX_OPTIONS, 'the options of writeIndex()'))
}

/** @param store of the blocks of rows, in order */
export async function* indexChunks(
  source: SourceLike,
  given: IndexOptions,
  store?: BlockStore,
): AsyncGenerator<Uint8Array, void, void> {
  const { codes = 'int8', core, signal, onProgress } = given
  const stored = await openStoredFile(source, pickOptions<StoredFileOptions>(given, FILE_OPTIONS), 0)
  try {
    const encoder = await RowEncoder.create(stored, codes === 'int8' ? 8 : 4, core, store)
    const progress = new SafeProgress<'index'>(onProgress)
    try {
      yield* encoder.chunks((done) => progress.report('index', done, stored.file.size), signal)
    } finally {
      encoder.dispose()
    }
    progress.finish()
  } finally {
    await stored.file.close()
  }
}

class RowEncoder {
  private constructor(
    private readonly stored: StoredFile,
    private readonly bits: CodeBits,
    private readonly memory: TableMemory,
    private readonly store: BlockStore | undefined,
  ) {}

  static async create(
    stored: StoredFile,
    bits: CodeBits,
    core: IndexOptions['core'],
    store: BlockStore | undefined,
  ): Promise<RowEncoder> {
    const { dimension } = stored.file
    if (dimension > MAX_CODED_COLUMNS) {
      const text = `rows of ${dimension} numbers cannot be indexed: ${MAX_CODED_COLUMNS} are the limit.`
      throw new RowspaceError('UNSUPPORTED', text, { dimension })
    }
    // whole eights of rows
    const rows = Math.ceil(BLOCK_BYTES / (dimension * 4) / SAMPLE) * SAMPLE
    const shape = { capacity: rows, dimension, dtype: 'f32', codes: true, threads: 1 } as const
    return new RowEncoder(stored, bits, await createMemory(core, shape), store)
  }

  dispose(): void {
    this.memory.dispose()
  }

  /** All bytes of the file. */
  async *chunks(
    onRows: (done: number) => void,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array, void, void> {
    const { file, rows } = this.stored
    const { size, dimension, dtype, tensor } = file
    const { ownTokens } = this.stored.fileRows
    const tokens = ownTokens && (await encodeTokens(ownTokens, size, signal))
    const tensors = [...indexTensors(size, dimension, this.bits), ...(tokens?.tensors ?? [])]
    const sums = checksumsTensor(tensors)
    const indexed: IndexedRows & { [LAYOUT]: number } = {
      ...{ [LAYOUT]: INDEX_VERSION, size, dimension, dtype, tensor },
      ...identityOf(file),
      sample: await sampleOf(rows, size, signal),
      marksWordStarts: tokens?.marksWordStarts,
    }
    const header = encodeHeader([...tensors, sums], { [METADATA_KEY]: JSON.stringify(indexed) })
    yield header
    await this.measure(signal)
    await this.store?.start({
      header,
      columns: this.common('code_columns'),
      bytes: [...tensors, sums].reduce((sum, { size }) => sum + size, header.length),
      files: [file.source, ...(file.parts ?? [])].map(({ name }) => name),
    })
    const checksums: string[] = []
    for (const { name } of tensors) {
      const checksum = await Checksum.start()
      for await (const chunk of name === 'codes' ? this.codes(onRows, signal) : this.rest(name, tokens)) {
        checksum.add(chunk)
        yield chunk
      }
      checksums.push(checksum.hex())
    }
    yield new TextEncoder().encode(checksums.join(''))
  }

  /** What was found beside the codes, by part. */
  private readonly found = new Map<RowPart, Uint8Array[]>([
    ['code_scales', []],
    ['residuals', []],
    ['norms', []],
  ])

  private rest(name: string, tokens: EncodedTokens | undefined): Iterable<Uint8Array> {
    const bytes = tokens?.part(name)
    if (bytes !== undefined) return chunksOf(bytes)
    return this.found.get(name as RowPart) ?? [this.common(name as CommonPart).slice()]
  }

  private common(name: CommonPart): Uint8Array {
    return commonParts(this.memory).get(name) ?? new Uint8Array(0)
  }

  private async *codes(
    onRows: (done: number) => void,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array, void, void> {
    const { capacity } = this.memory.layout
    const { size } = this.stored.file
    let first = 0
    while (first < size && (await this.load(Math.min(capacity, size - first)))) {
      const count = Math.min(capacity, size - first)
      yield this.take(count)
      first += count
      onRows(first)
      signal?.throwIfAborted()
    }
    for await (const count of this.encode(first, signal)) {
      yield this.take(count)
      await this.store?.keep(this.block(count))
      first += count
      onRows(first)
      signal?.throwIfAborted()
    }
  }

  /** Encodes the rows from `first` on, block by block: how many are in the memory, which the next replace. */
  private async *encode(first: number, signal: AbortSignal | undefined): AsyncGenerator<number, void, void> {
    const { memory } = this
    const { size } = this.stored.file
    const { capacity } = memory.layout
    const read = (start: number) => {
      const reading = this.stored.fileRows.read(start, Math.min(start + capacity, size), signal)
      // awaited later, or never
      reading.catch(() => {})
      return reading
    }
    let next = first < size ? read(first) : undefined
    for (let start = first; start < size && next !== undefined; start += capacity) {
      const numbers = await next
      signal?.throwIfAborted()
      if (start + capacity < size) next = read(start + capacity)
      const count = Math.min(capacity, size - start)
      this.place(numbers, count, start)
      memory.encodeRows(0, count)
      openExtremeRows(memory, count)
      yield count
    }
  }

  private block(count: number): Uint8Array[] {
    return [...rowParts(this.memory, count).values(), ...commonParts(this.memory).values()]
  }

  /** Brings the next block back as it was encoded, where it was kept. */
  private async load(count: number): Promise<boolean> {
    const common = [...commonParts(this.memory).values()]
    const before = common.map((bytes) => bytes.slice())
    if (await this.store?.load(this.block(count), count)) return true
    for (const [place, bytes] of common.entries()) bytes.set(before[place] ?? [])
    return false
  }

  /** Copies what was found of the rows in the memory. Returns their codes. */
  private take(count: number): Uint8Array {
    const { codes, ...rest } = Object.fromEntries(rowParts(this.memory, count))
    for (const [name, bytes] of Object.entries(rest)) this.found.get(name as RowPart)?.push(bytes.slice())
    return codes?.slice() ?? new Uint8Array(0)
  }

  /** Finds what all codes are relative to. */
  private async measure(signal: AbortSignal | undefined): Promise<void> {
    const { memory } = this
    const { size } = this.stored.file
    const count = Math.min(size, SAMPLE)
    const runs = Math.ceil(count / TOGETHER)
    const numbers = new Float32Array(count * memory.layout.dimension)
    for (let run = 0; run < runs; run++) {
      const first = run * TOGETHER
      const length = Math.min(TOGETHER, count - first)
      const start = count === size ? first : Math.floor((run * (size - TOGETHER)) / Math.max(1, runs - 1))
      numbers.set(
        await this.stored.fileRows.read(start, start + length, signal),
        first * memory.layout.dimension,
      )
    }
    memory.rows.set(numbers)
    memory.codeBits = this.bits
    writeCodeBits(memory.rows.buffer, memory.layout, this.bits)
    measureColumns(memory, count)
  }

  /** Puts rows in place, and finds their norms. */
  private place(numbers: Float32Array, count: number, first: number): void {
    const { memory } = this
    const { dimension } = memory.layout
    memory.rows.set(numbers)
    // the core reads a few numbers past the last row and counts on their being finite
    memory.rows.fill(0, count * dimension, count * dimension + 16)
    const bad = memory.computeNorms(0, count)
    if (bad < count) throw this.stored.rows.nonFinite(first + bad, memory.row(bad))
  }
}

function* chunksOf(bytes: Uint8Array): Generator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) yield bytes.subarray(at, at + BLOCK_BYTES)
}

/** Float32 bounds cannot be trusted with a norm below 2^-50 or above 2^60: no bound rules such rows out. */
function openExtremeRows({ norms, rows, layout }: TableMemory, count: number): void {
  const residuals = new Float32Array(rows.buffer, layout.residuals, count)
  for (let row = 0; row < count; row++)
    if (Number.isNaN(norms[row])) residuals[row] = Number.POSITIVE_INFINITY
}
