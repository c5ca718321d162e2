/**
 * word2vec binary.
 *
 * ```
 * | "V d\n" | word " " d float32 LE ["\n"] | word " " d float32 LE ["\n"] | …
 * ```
 * The line end after a row is optional: word2vec itself writes it, gensim does not.
 * Format: https://code.google.com/archive/p/word2vec (`-binary 1`)
 */
import { RowspaceError } from '../../core/errors.ts'
import { joinBytes } from '../../core/join-bytes.ts'
import { readBlocks } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import type { FormatReader, LoadedRows, LoadOptions, WordOptions } from '../format.ts'
import { checkTarget, MAX_WORD_LENGTH, ReadProgress, RowSink, Words } from '../loading.ts'
import { invalidFormat } from '../malformed.ts'
import { NEWLINE } from './lines.ts'
import { sniffText } from './sniff.ts'
import { decodeText } from './utf8.ts'
import { checkWord2vecHeader, endOfRows, type Word2vecHeader } from './word2vec-header.ts'

const SPACE = 0x20
const NOTHING = new Uint8Array(0)

export const word2vecBinaryReader: FormatReader = {
  name: 'word2vec-binary',
  types: ['float32'],
  takes: [],
  recognises: (head, source) => sniffText(head, source.size) === 'word2vec-binary',
  async open(source, head, options) {
    const maxRow = (dimension: number) => minRecord(dimension) + MAX_WORD_LENGTH
    const header = checkWord2vecHeader(source, head, options, { minRow: minRecord, maxRow })
    const { end: headerBytes, ...shape } = header
    return {
      format: 'word2vec-binary',
      dtype: 'f32',
      ...shape,
      headerBytes,
      async load(target, loadOptions = {}) {
        checkTarget(target, header.size, header.dimension)
        return loadRecords(source, header, options, new RowSink(target, header.dimension), loadOptions)
      },
      loadBlocks: (take, loadOptions = {}) =>
        loadRecords(source, header, options, RowSink.ofBlocks(header.dimension, take), loadOptions),
    }
  },
}

/** A word of one byte, a space, the numbers. */
function minRecord(dimension: number): number {
  return 2 + 4 * dimension
}

async function loadRecords(
  source: ByteSource,
  header: Word2vecHeader,
  words: WordOptions,
  sink: RowSink,
  options: LoadOptions,
): Promise<LoadedRows> {
  const progress = new ReadProgress(options, endOfRows(source, header.end, header) - header.end)
  const parser = new RecordParser(source, header, words, sink)
  let offset = header.end
  for await (const block of readBlocks(source, offset, source.size, progress.blockOptions(options))) {
    parser.parse(block, offset)
    if (parser.isFull) break
    offset += block.length
  }
  return progress.finish(parser.finish())
}

/** Takes the file block by block; of a block only the start of a word is held. */
class RecordParser {
  readonly #target: Uint8Array
  readonly #rowBytes: number
  readonly #words = new Words()
  /** What has come of a word whose end has not, and the word whose numbers are coming. */
  #wordStart: Uint8Array = NOTHING
  #word: string | undefined
  /** Bytes of the row that have come. */
  #filled = 0
  /** Whole rows. */
  #seen = 0
  /** Where the last of them ends in the file. */
  #end: number

  constructor(
    private readonly source: ByteSource,
    private readonly header: Word2vecHeader,
    private readonly words: WordOptions,
    private readonly sink: RowSink,
  ) {
    const { buffer, byteOffset, byteLength } = sink.numbers
    this.#target = new Uint8Array(buffer, byteOffset, byteLength)
    this.#rowBytes = 4 * header.dimension
    this.#end = header.end
  }

  /** Whether the rows that are wanted have come, and more are not to be looked at. */
  get isFull(): boolean {
    return this.#seen === this.header.size && this.header.rowsInFile !== undefined
  }

  /** @param offset of bytes[0], in the file */
  parse(bytes: Uint8Array, offset: number): void {
    let index = 0
    while (index < bytes.length && !this.isFull) {
      index =
        this.#word === undefined
          ? this.#takeWord(bytes, index, offset)
          : this.#takeNumbers(bytes, index, offset)
    }
  }

  /** Where the word that starts or goes on at `index` ends: behind its space, or at the end of `bytes`. */
  #takeWord(bytes: Uint8Array, index: number, offset: number): number {
    // a line end before a word belongs to the row before it
    if (this.#wordStart.length === 0 && bytes[index] === NEWLINE) return index + 1
    if (this.#seen === this.header.size) throw this.#leftOver(offset + index)
    const space = bytes.indexOf(SPACE, index)
    const end = space < 0 ? bytes.length : space
    const start = offset + index - this.#wordStart.length
    const length = offset + end - start
    if (length > MAX_WORD_LENGTH) throw this.#badWord(start, `is over ${MAX_WORD_LENGTH} bytes long`)
    const part = bytes.subarray(index, end)
    this.#wordStart = start === offset + index ? part : joinBytes([this.#wordStart, part])
    if (space < 0) return end
    if (length === 0) throw this.#badWord(start, 'is empty')
    if (this.#wordStart.includes(NEWLINE)) throw this.#badWord(start, 'holds a line end')
    this.#word = decodeText(this.#wordStart, this.words, { name: this.source.name, offset: start })
    this.#wordStart = NOTHING
    return space + 1
  }

  /** Where the numbers end in `bytes`. A row whose word came before is written too; the next replaces it. */
  #takeNumbers(bytes: Uint8Array, index: number, offset: number): number {
    const numbers = bytes.subarray(index, index + this.#rowBytes - this.#filled)
    this.#target.set(numbers, 4 * this.sink.base + this.#filled)
    this.#filled += numbers.length
    const end = index + numbers.length
    if (this.#filled < this.#rowBytes) return end
    if (this.#words.add(this.#word ?? '')) this.sink.keep()
    this.#word = undefined
    this.#filled = 0
    this.#seen++
    this.#end = offset + end
    return end
  }

  finish(): LoadedRows {
    const { size, dimension } = this.header
    this.sink.flush()
    if (this.#seen === size) return this.#words.loaded()
    const expected = this.#end + (size - this.#seen) * minRecord(dimension)
    throw new RowspaceError(
      'TRUNCATED',
      `${this.source.name} is cut short: it ends in row ${this.#seen} of ${size}; at least ${expected} ` +
        `bytes were expected and there are ${this.source.size}. Copy or download it again.`,
      { source: this.source.name, expected, actual: this.source.size, row: this.#seen },
    )
  }

  #badWord(offset: number, problem: string): RowspaceError {
    return invalidFormat(
      this.source,
      `the word of row ${this.#seen} (byte ${offset}) ${problem}. The file is damaged, or its header's ` +
        `dimension ${this.header.dimension} is wrong.`,
      { row: this.#seen, offset },
    )
  }

  #leftOver(offset: number): RowspaceError {
    return invalidFormat(
      this.source,
      `${this.source.size - offset} bytes follow the ${this.header.size} rows that its header announces.`,
      { expected: offset, actual: this.source.size },
    )
  }
}
