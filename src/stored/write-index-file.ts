/** Writes the index of a table to a file, in Node, and goes on where a run that was stopped ended. */

import { RowspaceError } from '../core/errors.ts'
import { BOOLEAN, type KeysOf, pickOptions, readChecked } from '../core/strict-options.ts'
import type { SourceLike } from '../open/open-source.ts'
import { Checksum } from '../sources/checksum.ts'
import { files } from '../sources/node.ts'
import { PartialFile } from '../sources/partial-file.ts'
import type { BlockStore, EncodedBlock } from './block-store.ts'
import { INDEX_OPTIONS, type IndexOptions, indexChunks } from './write-index.ts'

/** How the file of an index is written. */
export interface IndexFileOptions extends IndexOptions {
  /** Replace a file that is there already. Default: false. */
  overwrite?: boolean | undefined
}

const INDEX_FILE_OPTIONS: KeysOf<IndexFileOptions> = { ...INDEX_OPTIONS, overwrite: BOOLEAN }

/** What was written. */
export interface IndexFileResult {
  /** Bytes of the file. */
  readonly bytes: number
  /** Rows that a run which was stopped had indexed. */
  readonly rowsKept: number
}

/**
 * Writes the index of a table to a file, as `writeFileAtomically(path, writeIndex(source))`, in Node. Until it is
 * whole it lies in `<path>.partial`. What a run that was stopped or killed left there is held against checksums
 * and gone on with, if it is of the same rows and options; the bytes are those of an uninterrupted run. After an
 * error of the rows or of the disk that is written to, nothing is left.
 *
 * @throws RowspaceError as `writeIndex` and `writeFileAtomically`; `LOCKED` while another process writes the file
 * @example await writeIndexFile('https://example.org/rows.npy', 'rows.npy.index.safetensors')
 */
export async function writeIndexFile(
  source: SourceLike,
  path: string,
  options: IndexFileOptions = {},
): Promise<IndexFileResult> {
  const given = readChecked(options, INDEX_FILE_OPTIONS, 'the options of writeIndexFile()')
  const { overwrite = false } = given
  const file = await PartialFile.open(path, overwrite)
  const blocks = new KeptBlocks(file)
  let leave = false
  try {
    let bytes = 0
    for await (const chunk of indexChunks(source, pickOptions<IndexOptions>(given, INDEX_OPTIONS), blocks)) {
      if (bytes >= blocks.wholeUntil) await file.write(chunk, bytes)
      bytes += chunk.length
    }
    await file.finish(bytes, overwrite)
    return { bytes, rowsKept: blocks.rowsKept }
  } catch (error) {
    leave = blocks.count > 0 && !isOfRows(error)
    throw error
  } finally {
    await file.close(leave)
  }
}

/** Whether other rows are needed before the index can be made. */
function isOfRows(error: unknown): boolean {
  return error instanceof RowspaceError && ['NON_FINITE', 'CHANGED'].includes(error.code)
}

/** Bytes of a checksum. */
const SUM_BYTES = 16

/**
 * Blocks in a partial file. Their codes lie where they lie in the index; behind its end, where it is cut when it
 * is whole, is a frame for each:
 *
 *   scales, residuals and norms of the rows | columns and figures of all rows so far | XXH64 of the block
 *
 * The checksum covers the codes too, and what tells these rows and options from others.
 */
class KeptBlocks implements BlockStore {
  /** Up to here the file has the bytes of the index. */
  wholeUntil = 0
  /** Rows that were found. */
  rowsKept = 0
  /** Blocks that are in the file. */
  count = 0
  /** Where the codes of the next block lie, and its frame. */
  #codesAt = 0
  #frameAt = 0
  #identity = ''

  constructor(private readonly file: PartialFile) {}

  async start({ header, columns, bytes, files: names }: Parameters<BlockStore['start']>[0]): Promise<void> {
    const identity = await Checksum.start()
    for (const part of [header, columns, await timesOf(names)]) identity.add(part)
    this.#identity = identity.hex()
    this.#codesAt = header.length
    this.#frameAt = bytes
  }

  async load(block: EncodedBlock, rows: number): Promise<boolean> {
    const [codes = new Uint8Array(0), ...rest] = block
    if (!(await this.file.read(codes, this.#codesAt))) return false
    let at = this.#frameAt
    const sum = new Uint8Array(SUM_BYTES)
    for (const part of [...rest, sum]) {
      if (!(await this.file.read(part, at))) return false
      at += part.length
    }
    if (new TextDecoder('latin1').decode(sum) !== (await this.#sumOf(block))) return false
    this.#pass(codes, at)
    this.wholeUntil = this.#codesAt
    this.rowsKept += rows
    return true
  }

  async keep(block: EncodedBlock): Promise<void> {
    const [codes = new Uint8Array(0), ...rest] = block
    let at = this.#frameAt
    for (const part of [...rest, new TextEncoder().encode(await this.#sumOf(block))]) {
      await this.file.write(part, at)
      at += part.length
    }
    this.#pass(codes, at)
  }

  #pass(codes: Uint8Array, frameEnd: number): void {
    this.count++
    this.#codesAt += codes.length
    this.#frameAt = frameEnd
  }

  async #sumOf(block: EncodedBlock): Promise<string> {
    const checksum = await Checksum.start()
    checksum.add(new TextEncoder().encode(`${this.#identity} ${this.#codesAt}`))
    for (const part of block) checksum.add(part)
    return checksum.hex()
  }
}

/** When the files of the rows changed last, where they are on this machine. */
async function timesOf(names: readonly string[]): Promise<Uint8Array> {
  const times = names.map(async (name) => {
    const status = await files()
      .stat(name)
      .catch(() => undefined)
    return status?.mtimeMs
  })
  return new TextEncoder().encode(JSON.stringify(await Promise.all(times)))
}
