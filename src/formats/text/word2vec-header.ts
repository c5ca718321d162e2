/** The first line of a word2vec file, text or binary: `V d`. */
import type { ByteSource } from '../../sources/source.ts'
import type { ReaderOptions } from '../format.ts'
import { invalidFormat, MAX_WORDS, safeProduct, truncated, unsupported } from '../malformed.ts'
import { NEWLINE } from './lines.ts'

export interface Word2vecHeader {
  /** Rows that are read. */
  readonly size: number
  /** Rows of the file, where `limit` leaves some out. */
  readonly rowsInFile?: number
  readonly dimension: number
  /** Bytes up to the first row. */
  readonly end: number
}

const MAX_HEADER_BYTES = 64

/**
 * The header, or undefined if the first line is not two integers. A byte order mark before it is left out.
 */
export function parseWord2vecHeader(head: Uint8Array): Word2vecHeader | undefined {
  const start = textStart(head)
  const newline = head.subarray(start, start + MAX_HEADER_BYTES).indexOf(NEWLINE)
  if (newline < 0) return undefined
  const line = String.fromCharCode(...head.subarray(start, start + newline))
  const match = /^(\d+)[ \t]+(\d+)[ \t]*\r?$/.exec(line)
  if (!match) return undefined
  return { size: Number(match[1]), dimension: Number(match[2]), end: start + newline + 1 }
}

/** 3 where the text starts with a byte order mark that is not itself the first word. */
export function textStart(head: Uint8Array): number {
  const hasMark = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf
  return hasMark && head[3] !== 0x20 && head[3] !== 0x09 ? 3 : 0
}

/**
 * The header, checked against the size of the file before anybody allocates from it, with no more rows than
 * `limit`.
 *
 * @param bounds the fewest and the most bytes of a row of d numbers
 * @throws `INVALID_FORMAT` for no rows, no columns, a product that JavaScript cannot count, or more bytes
 *   than so many rows can take; `TRUNCATED` if so many rows cannot be in a file of this size
 */
export function checkWord2vecHeader(
  source: ByteSource,
  head: Uint8Array,
  { limit = Number.POSITIVE_INFINITY }: ReaderOptions,
  { minRow, maxRow }: { minRow: (dimension: number) => number; maxRow: (dimension: number) => number },
): Word2vecHeader {
  const header = parseWord2vecHeader(head)
  if (!header) throw invalidFormat(source, 'its first line is not the two numbers of a word2vec header.')
  const { size, dimension, end } = header
  const announced = `its header announces ${size} rows of ${dimension} numbers`
  if (size === 0 || dimension === 0) throw invalidFormat(source, `${announced}: no table.`)
  const minBytes = safeProduct([size, minRow(dimension)])
  if (minBytes === undefined) throw invalidFormat(source, `${announced}: no file is so large.`)
  // The last line of a text may lack its line end.
  const minSize = end + minBytes - 1
  if (minSize > source.size) {
    const what = `a table of ${size} x ${dimension}, which its header announces, at least`
    throw truncated(source, what, minSize)
  }
  checkRowCount(source, Math.min(size, limit))
  // a few packed bytes may unpack to any number: no more than the header promises
  const bytes = source.size - end
  if (bytes > size * maxRow(dimension)) {
    throw invalidFormat(source, `${announced}, and ${bytes} bytes are more than they can take.`, {
      expectedRows: size,
      actual: source.size,
    })
  }
  return size > limit ? { size: limit, rowsInFile: size, dimension, end } : header
}

/** About where the rows that are read end: all rows together take the rest of the file. */
export function endOfRows(
  source: ByteSource,
  start: number,
  { size, rowsInFile = size }: Pick<Word2vecHeader, 'size' | 'rowsInFile'>,
): number {
  return start + Math.ceil(((source.size - start) * size) / rowsInFile)
}

/** Throws `UNSUPPORTED` for more rows than a vocabulary can hold. */
export function checkRowCount(source: ByteSource, size: number): void {
  if (size <= MAX_WORDS) return
  throw unsupported(
    source,
    `it has ${size} rows; at most ${MAX_WORDS} are read with words. Open it with a limit, or save the rows ` +
      'as npy without words.',
    { rows: size },
  )
}
