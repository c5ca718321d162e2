/** Rows of text, `word v1 … vd`, parsed into a table. Shared by word2vec text and GloVe text. */
import { RowspaceError } from '../../core/errors.ts'
import type { ByteSource } from '../../sources/source.ts'
import type { FormatName, LoadedRows, LoadOptions, TableFile, WordOptions } from '../format.ts'
import { checkTarget, MAX_WORD_LENGTH, ReadProgress, RowSink, Words } from '../loading.ts'
import { invalidFormat } from '../malformed.ts'
import { DecimalReader } from './decimal.ts'
import {
  areNumbers,
  beforeSeparators,
  eachLine,
  endsInNumber,
  fieldEnd,
  isBlank,
  lastFields,
  MAX_LINE_BYTES,
  readLines,
  separatorsEnd,
} from './lines.ts'
import { decodeText } from './utf8.ts'

/** Where the rows of a text file are. */
export interface TextRows {
  readonly source: ByteSource
  /** The byte of the file at which the first row starts, and its line, counted from 1. */
  readonly start: number
  readonly firstLine: number
  /** Rows that are read. */
  readonly size: number
  /** Rows of the file, where that is more; Infinity where it may be. */
  readonly rowsInFile?: number
  /** Where the last row ends, in bytes, or about there. */
  readonly end: number
  readonly dimension: number
}

/** The longest number that is read, in bytes: a float64 in full, all its digits, has some 800. */
const MAX_NUMBER_BYTES = 1_024

/** The longest line of `dimension` numbers that is read. */
export function maxLineBytes(dimension: number): number {
  return Math.min(MAX_LINE_BYTES, MAX_WORD_LENGTH + dimension * MAX_NUMBER_BYTES)
}

/** The file that holds these rows. */
export function textTable(
  format: FormatName,
  headerBytes: number,
  rows: TextRows,
  options: WordOptions,
): TableFile {
  const { size, rowsInFile, dimension } = rows
  return {
    format,
    dtype: 'f32',
    size,
    ...(rowsInFile !== undefined && { rowsInFile }),
    dimension,
    headerBytes,
    async load(target, loadOptions = {}) {
      checkTarget(target, size, dimension)
      return loadTextRows(rows, options, new RowSink(target, dimension), loadOptions)
    },
    loadBlocks: (take, loadOptions = {}) =>
      loadTextRows(rows, options, RowSink.ofBlocks(dimension, take), loadOptions),
  }
}

/**
 * Streams the rows into `sink`. The last d fields of a line are its vector, and what comes before them,
 * without the separators, is the word: a word may hold spaces, and may be a number. A word that ends in a
 * space and a number is a row with a number too many. Blank lines are left out.
 *
 * @throws `INVALID_FORMAT` with the line for a row of the wrong length, a word that is too long or a field
 *   that is not a number; `TRUNCATED` if there are fewer rows than `size` or the last row breaks off;
 *   `INVALID_ENCODING` with the offset for a word that is not UTF-8
 */
async function loadTextRows(
  rows: TextRows,
  words: WordOptions,
  sink: RowSink,
  options: LoadOptions,
): Promise<LoadedRows> {
  const { source, start, end, dimension } = rows
  const progress = new ReadProgress(options, end - start)
  const parser = new RowParser(rows, words, sink)
  const lines = readLines(source, start, progress.blockOptions(options), maxLineBytes(dimension))
  for await (const { bytes, offset } of lines) {
    eachLine(bytes, (lineStart, lineEnd) => parser.parseLine(bytes, lineStart, lineEnd, offset))
    if (parser.isFull) break
  }
  return progress.finish(parser.finish())
}

class RowParser {
  readonly #words = new Words()
  readonly #decimal = new DecimalReader()
  #line: number
  #seen = 0

  constructor(
    private readonly rows: TextRows,
    private readonly words: WordOptions,
    private readonly sink: RowSink,
  ) {
    this.#line = rows.firstLine - 1
  }

  /** Whether the rows that are wanted have come, and more are not to be looked at. */
  get isFull(): boolean {
    return this.#seen === this.rows.size && this.rows.rowsInFile !== undefined
  }

  /** @param offset of bytes[0], in the file */
  parseLine(bytes: Uint8Array, start: number, end: number, offset: number): void {
    this.#line++
    if (this.isFull || isBlank(bytes, start, end)) return
    const { source, size } = this.rows
    if (this.#seen === size) {
      const problem = `line ${this.#line} is one row more than the ${size} that the header announces.`
      throw invalidFormat(source, problem, { line: this.#line, expectedRows: size })
    }
    // the usual line: a word without spaces
    let wordEnd = fieldEnd(bytes, start, end)
    if (wordEnd === start || !this.#readNumbers(bytes, wordEnd, end)) {
      wordEnd = this.#readFromEnd(bytes, start, end, offset + end)
    }
    if (wordEnd - start > MAX_WORD_LENGTH) {
      const problem = `has a word of ${wordEnd - start} bytes; at most ${MAX_WORD_LENGTH} are read`
      throw this.#badLine(problem, offset + end)
    }
    this.#seen++
    const place = { name: source.name, offset: offset + start }
    // of a word that came before the row is not kept, and the next one takes its place
    if (this.#words.add(decodeText(bytes.subarray(start, wordEnd), this.words, place))) this.sink.keep()
  }

  /**
   * Reads [start, end) as the numbers of the next row. False if it is not as many numbers and nothing else.
   */
  #readNumbers(bytes: Uint8Array, start: number, end: number): boolean {
    const { dimension } = this.rows
    const { numbers, base } = this.sink
    let index = separatorsEnd(bytes, start, end)
    for (let column = 0; column < dimension; column++) {
      numbers[base + column] = this.#decimal.read(bytes, index, end)
      index = this.#decimal.end
      if (index < 0) return false
      index = separatorsEnd(bytes, index, end)
    }
    return index === end
  }

  /** Any line: its numbers are the last fields. Returns where the word ends. */
  #readFromEnd(bytes: Uint8Array, start: number, end: number, lineEnd: number): number {
    const numbers = lastFields(bytes, start, end, this.rows.dimension)
    const wordEnd = beforeSeparators(bytes, start, numbers)
    if (wordEnd <= start) throw this.#wrongLength(bytes, start, end, lineEnd)
    if (!this.#readNumbers(bytes, numbers, end)) throw this.#notANumber(bytes, numbers, end, lineEnd)
    if (endsInNumber(bytes, start, wordEnd)) throw this.#wrongLength(bytes, start, end, lineEnd)
    return wordEnd
  }

  finish(): LoadedRows {
    const { source, size } = this.rows
    this.sink.flush()
    if (this.#seen === size) return this.#words.loaded()
    throw new RowspaceError(
      'TRUNCATED',
      `${source.name} is cut short: ${size} rows were expected and it ends after ${this.#seen} ` +
        `(${source.size} bytes). Copy or download it again.`,
      { source: source.name, expectedRows: size, rows: this.#seen, actual: source.size },
    )
  }

  #wrongLength(bytes: Uint8Array, start: number, end: number, lineEnd: number): RowspaceError {
    const { dimension } = this.rows
    let numbers = 0
    let word = end
    // numbers from the end on, up to the first field, which is a word whatever it looks like
    for (;;) {
      const field = lastFields(bytes, start, word, 1)
      if (field <= start || !areNumbers(bytes, field, word)) break
      word = field
      numbers++
    }
    return this.#badLine(`has ${numbers} numbers after its word; ${dimension} were expected`, lineEnd)
  }

  /** The error of the first of the fields from `start` on that is not a number. */
  #notANumber(bytes: Uint8Array, start: number, end: number, lineEnd: number): RowspaceError {
    let index = start
    let stop = fieldEnd(bytes, index, end)
    let column = 1
    for (; areNumbers(bytes, index, stop); column++) {
      index = separatorsEnd(bytes, stop, end)
      stop = fieldEnd(bytes, index, end)
    }
    const text = new TextDecoder().decode(bytes.subarray(index, Math.min(stop, index + 40)))
    return this.#badLine(
      `has ${JSON.stringify(text)} where number ${column} of ${this.rows.dimension} was expected`,
      lineEnd,
      this.#line === 1 ? ' If it holds the names of columns, remove it.' : '',
    )
  }

  /** A bad line that the file ends in is one that was cut. */
  #badLine(problem: string, lineEnd: number, advice = ''): RowspaceError {
    const { source } = this.rows
    const details = { source: source.name, line: this.#line, actual: source.size }
    if (lineEnd < source.size) {
      return invalidFormat(source, `line ${this.#line} ${problem}.${advice}`, details)
    }
    return new RowspaceError(
      'TRUNCATED',
      `${source.name}: line ${this.#line}, the last, ${problem}. The file (${source.size} bytes) may be ` +
        'cut short.',
      details,
    )
  }
}
