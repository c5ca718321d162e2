/**
 * word2vec binary.
 *
 * ```
 * | "V d\n" | word " " d float32 LE ["\n"] | word " " d float32 LE ["\n"] | …
 * ```
 * The line end after a row is optional: word2vec itself writes it, gensim does not.
 * Format: https://code.google.com/archive/p/word2vec (`-binary 1`)
 */
import { RowspaceError } from '../errors.ts'
import { readBlocks } from '../sources/blocks.ts'
import type { ByteSource } from '../sources/source.ts'
import type {
  EncodingErrors,
  FormatReader,
  LoadedRows,
  LoadOptions,
  OpenOptions,
  TableFile,
} from './format.ts'
import { checkTarget, ProgressReporter, Words } from './loading.ts'
import { invalidFormat } from './malformed.ts'
import { sniffText } from './sniff-text.ts'
import { concatenate, NEWLINE } from './text-lines.ts'
import { decodeUtf8 } from './utf8.ts'
import { checkWord2vecHeader, type Word2vecHeader } from './word2vec-header.ts'

const SPACE = 0x20
/** The longest word that is read, in bytes. Without a bound, a damaged file would be searched for a space to its end. */
const MAX_WORD_BYTES = 1 << 16

export const word2vecBinaryReader: FormatReader = {
  name: 'word2vec-binary',
  recognises: (head, source) => sniffText(head, source.size) === 'word2vec-binary',
  async open(source: ByteSource, head: Uint8Array, options: OpenOptions): Promise<TableFile> {
    // A word of one byte, a space, the numbers; one more because the check allows for a missing line end.
    const header = checkWord2vecHeader(source, head, (d) => ({
      least: leastRecord(d),
      most: leastRecord(d) + MAX_WORD_BYTES,
    }))
    return {
      format: 'word2vec-binary',
      dtype: 'f32',
      rowCount: header.rowCount,
      dimension: header.dimension,
      headerBytes: header.end,
      load: (target, loadOptions = {}) =>
        loadRecords(source, header, options.encodingErrors ?? 'strict', target, loadOptions),
    }
  },
}

function leastRecord(dimension: number): number {
  return 2 + 4 * dimension
}

async function loadRecords(
  source: ByteSource,
  header: Word2vecHeader,
  encodingErrors: EncodingErrors,
  target: Float32Array,
  options: LoadOptions,
): Promise<LoadedRows> {
  checkTarget(target, header.rowCount, header.dimension)
  const progress = new ProgressReporter(options, source.size - header.end)
  const parser = new RecordParser(source, header, encodingErrors, target)
  let rest: Uint8Array = new Uint8Array(0)
  let offset = header.end
  for await (const block of readBlocks(source, header.end, source.size, progress.blockOptions(options))) {
    const bytes = concatenate(rest, block)
    const used = parser.parse(bytes, offset)
    rest = bytes.subarray(used)
    offset += used
  }
  return progress.finish(parser.finish(offset))
}

class RecordParser {
  readonly #source: ByteSource
  readonly #header: Word2vecHeader
  readonly #encodingErrors: EncodingErrors
  readonly #target: Uint8Array
  readonly #words = new Words()
  #seen = 0

  constructor(
    source: ByteSource,
    header: Word2vecHeader,
    encodingErrors: EncodingErrors,
    target: Float32Array,
  ) {
    this.#source = source
    this.#header = header
    this.#encodingErrors = encodingErrors
    this.#target = new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
  }

  /** Takes the whole records at the start of `bytes`, which lie at `offset` of the file. How many bytes they are. */
  parse(bytes: Uint8Array, offset: number): number {
    const rowBytes = 4 * this.#header.dimension
    let index = 0
    for (;;) {
      while (bytes[index] === NEWLINE) index++
      if (this.#seen === this.#header.rowCount) {
        if (index < bytes.length) throw this.#leftOver(offset + index)
        return index
      }
      const space = bytes.indexOf(SPACE, index)
      const wordBytes = (space < 0 ? bytes.length : space) - index
      if (wordBytes > MAX_WORD_BYTES)
        throw this.#badWord(offset + index, `is over ${MAX_WORD_BYTES} bytes long`)
      if (space < 0 || space + 1 + rowBytes > bytes.length) return index
      this.#takeRecord(bytes, index, space, offset)
      index = space + 1 + rowBytes
    }
  }

  #takeRecord(bytes: Uint8Array, start: number, space: number, offset: number): void {
    const rowBytes = 4 * this.#header.dimension
    const wordBytes = bytes.subarray(start, space)
    if (wordBytes.length === 0) throw this.#badWord(offset + start, 'is empty')
    if (wordBytes.includes(NEWLINE)) throw this.#badWord(offset + start, 'holds a line end')
    const place = { name: this.#source.name, offset: offset + start }
    const word = decodeUtf8(wordBytes, this.#encodingErrors, place)
    const row = this.#words.size
    if (this.#words.add(word)) {
      this.#target.set(bytes.subarray(space + 1, space + 1 + rowBytes), row * rowBytes)
    }
    this.#seen++
  }

  /** @param offset where the last whole record ended */
  finish(offset: number): LoadedRows {
    const { rowCount, dimension } = this.#header
    if (this.#seen === rowCount) return this.#words.loaded()
    const expected = offset + (rowCount - this.#seen) * leastRecord(dimension)
    throw new RowspaceError(
      'TRUNCATED',
      `${this.#source.name} is cut short: it ends in row ${this.#seen} of ${rowCount}; at least ${expected} bytes were expected and there are ${this.#source.size}. Copy or download it again.`,
      { source: this.#source.name, expected, actual: this.#source.size, row: this.#seen },
    )
  }

  #badWord(offset: number, problem: string): RowspaceError {
    return invalidFormat(
      this.#source,
      `the word of row ${this.#seen} (byte ${offset}) ${problem}. The file is damaged, or its header's dimension ${this.#header.dimension} is wrong.`,
      { row: this.#seen, offset },
    )
  }

  #leftOver(offset: number): RowspaceError {
    return invalidFormat(
      this.#source,
      `${this.#source.size - offset} bytes follow the ${this.#header.rowCount} rows that its header announces.`,
      { expected: offset, actual: this.#source.size },
    )
  }
}
