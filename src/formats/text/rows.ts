/** Rows of text, `word v1 … vd`, parsed into a table. Shared by word2vec text and GloVe text. */
import { RowspaceError } from '../../core/errors.ts'
import type { ByteSource } from '../../sources/source.ts'
import type { EncodingErrors, LoadedRows, LoadOptions } from '../format.ts'
import { checkTarget, MAX_WORD_LENGTH, ProgressReporter, Words } from '../loading.ts'
import { invalidFormat } from '../malformed.ts'
import { DecimalReader, isSeparator } from './decimal.ts'
import {
  areNumbers,
  beforeSeparators,
  eachLine,
  endsInNumber,
  isBlank,
  lastFields,
  readLines,
} from './lines.ts'
import { decodeUtf8 } from './utf8.ts'

/** Where the rows of a text file are. */
export interface TextRows {
  readonly source: ByteSource
  /** The byte of the file at which the first row starts, and its line, counted from 1. */
  readonly start: number
  readonly firstLine: number
  readonly size: number
  readonly dimension: number
  readonly encodingErrors: EncodingErrors
}

/** The longest number that is read, in bytes: a float64 in full, all its digits, has some 800. */
const MAX_NUMBER_BYTES = 1_024

/** The longest line of `dimension` numbers that is read. */
export function mostLineBytes(dimension: number): number {
  return MAX_WORD_LENGTH + dimension * MAX_NUMBER_BYTES
}

/**
 * Streams the rows into `target`. The last d fields of a line are its vector, and what stands before them, less the
 * separators, is the word: a word may hold spaces, and may be a number. A word that ends in a space and a number is a row
 * with a number too many. Blank lines are passed over.
 *
 * @throws `INVALID_FORMAT` with the line for a row of the wrong length, a word that is too long or a field that is not a number;
 *   `TRUNCATED` if there are fewer rows than `rowCount` or the last row breaks off; `INVALID_ENCODING` with the offset for a word
 *   that is not UTF-8
 */
export async function loadTextRows(
  rows: TextRows,
  target: Float32Array,
  options: LoadOptions,
): Promise<LoadedRows> {
  checkTarget(target, rows.size, rows.dimension)
  const progress = new ProgressReporter(options, rows.source.size - rows.start)
  const parser = new RowParser(rows, target)
  const lineOptions = { ...progress.blockOptions(options), mostLineBytes: mostLineBytes(rows.dimension) }
  for await (const { bytes, offset } of readLines(rows.source, rows.start, lineOptions)) {
    eachLine(bytes, (start, end) => parser.parseLine(bytes, start, end, offset))
  }
  return progress.finish(parser.finish())
}

class RowParser {
  readonly #rows: TextRows
  readonly #target: Float32Array
  readonly #words = new Words()
  readonly #decimal = new DecimalReader()
  #line: number
  #seen = 0

  constructor(rows: TextRows, target: Float32Array) {
    this.#rows = rows
    this.#target = target
    this.#line = rows.firstLine - 1
  }

  /** @param offset of bytes[0], in the file */
  parseLine(bytes: Uint8Array, start: number, end: number, offset: number): void {
    this.#line++
    if (isBlank(bytes, start, end)) return
    const { size, dimension } = this.#rows
    if (this.#seen === size) throw this.#tooManyRows()
    const base = this.#words.size * dimension
    let wordEnd = this.#parseSimple(bytes, start, end, base)
    if (wordEnd < 0) wordEnd = this.#parseFromBehind(bytes, start, end, base, offset)
    if (wordEnd - start > MAX_WORD_LENGTH) throw this.#wordTooLong(wordEnd - start, offset + end)
    this.#seen++
    const place = { name: this.#rows.source.name, offset: offset + start }
    // A word that came before is not counted, and the next row takes its place in the target.
    this.#words.add(decodeUtf8(bytes.subarray(start, wordEnd), this.#rows.encodingErrors, place))
  }

  /** The usual line, in one pass: a word without spaces and d numbers. Where the word ends, or -1 if it is not so. */
  #parseSimple(bytes: Uint8Array, start: number, end: number, base: number): number {
    const { dimension } = this.#rows
    let index = start
    while (index < end && !isSeparator(bytes[index]!)) index++
    const wordEnd = index
    if (wordEnd === start) return -1
    while (index < end && isSeparator(bytes[index]!)) index++
    for (let column = 0; column < dimension; column++) {
      if (index >= end) return -1
      this.#target[base + column] = this.#decimal.read(bytes, index, end)
      index = this.#decimal.end
      if (index < 0) return -1
      while (index < end && isSeparator(bytes[index]!)) index++
    }
    return index === end ? wordEnd : -1
  }

  /** Any line: the numbers are looked for from the end. Where the word ends. */
  #parseFromBehind(bytes: Uint8Array, start: number, end: number, base: number, offset: number): number {
    const { dimension } = this.#rows
    const numbers = lastFields(bytes, start, end, dimension)
    const wordEnd = beforeSeparators(bytes, start, numbers)
    if (wordEnd <= start) throw this.#wrongLength(bytes, start, end, offset)
    let index = numbers
    for (let column = 0; column < dimension; column++) {
      const number = this.#decimal.read(bytes, index, end)
      if (this.#decimal.end < 0) throw this.#notANumber(bytes, index, end, column, offset)
      this.#target[base + column] = number
      index = this.#decimal.end
      while (index < end && isSeparator(bytes[index]!)) index++
    }
    if (endsInNumber(bytes, start, wordEnd)) throw this.#wrongLength(bytes, start, end, offset)
    return wordEnd
  }

  finish(): LoadedRows {
    const { source, size } = this.#rows
    if (this.#seen === size) return this.#words.loaded()
    throw new RowspaceError(
      'TRUNCATED',
      `${source.name} is cut short: ${size} rows were expected and it ends after ${this.#seen} (${source.size} bytes). Copy or download it again.`,
      { source: source.name, expectedRows: size, rows: this.#seen, actual: source.size },
    )
  }

  #tooManyRows(): RowspaceError {
    const { source, size } = this.#rows
    return invalidFormat(
      source,
      `line ${this.#line} is one row more than the ${size} that the header announces.`,
      {
        line: this.#line,
        expectedRows: size,
      },
    )
  }

  #wrongLength(bytes: Uint8Array, start: number, end: number, offset: number): RowspaceError {
    const { dimension } = this.#rows
    let numbers = 0
    let word = end
    // numbers from the end on, up to the first field, which is a word whatever it looks like
    for (;;) {
      const field = lastFields(bytes, start, word, 1)
      if (field <= start || !areNumbers(bytes, field, word)) break
      word = field
      numbers++
    }
    return this.#badLine(`has ${numbers} numbers after its word; ${dimension} were expected`, offset + end)
  }

  #notANumber(bytes: Uint8Array, index: number, end: number, column: number, offset: number): RowspaceError {
    let stop = index
    while (stop < end && !isSeparator(bytes[stop]!)) stop++
    const text = new TextDecoder().decode(bytes.subarray(index, Math.min(stop, index + 40)))
    return this.#badLine(
      `has ${JSON.stringify(text)} where number ${column + 1} of ${this.#rows.dimension} was expected`,
      offset + end,
      this.#line === 1 ? ' If it holds the names of columns, remove it.' : '',
    )
  }

  #wordTooLong(length: number, lineEnd: number): RowspaceError {
    return this.#badLine(`has a word of ${length} bytes; at most ${MAX_WORD_LENGTH} are read`, lineEnd)
  }

  /** A bad line that the file ends in is one that was cut. */
  #badLine(problem: string, lineEnd: number, advice = ''): RowspaceError {
    const { source } = this.#rows
    const details = { source: source.name, line: this.#line, actual: source.size }
    if (lineEnd < source.size)
      return invalidFormat(source, `line ${this.#line} ${problem}.${advice}`, details)
    return new RowspaceError(
      'TRUNCATED',
      `${source.name}: line ${this.#line}, the last, ${problem}. The file (${source.size} bytes) may be cut short.`,
      details,
    )
  }
}
