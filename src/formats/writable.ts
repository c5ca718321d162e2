/** What can be written: rows that are handed out block by block, so that a big table is never held twice. */
import { RowspaceError } from '../core/errors.ts'
import { checkCount, describe, invalidArgument } from '../core/values.ts'
import { MAX_WORD_LENGTH } from './loading.ts'
import { isCount } from './malformed.ts'

/** A table to write: its shape, its tokens and its rows on demand. */
export interface WritableTable {
  /** Rows, |V|. */
  readonly size: number
  /** Numbers in a row, d. */
  readonly dimension: number
  /** One token per row, where there are any. */
  readonly tokens?: readonly string[] | undefined
  /**
   * Rows [start, end) as float32, row-major, (end - start) · d long. May be a view that the next call
   * invalidates.
   */
  rows(start: number, end: number): Float32Array
}

/**
 * Rows in memory as something to write.
 *
 * @param rows |V| · d numbers, row-major
 * @throws `INVALID_ARGUMENT` for what is not that, `LENGTH_MISMATCH` if `rows` is not a whole number of rows,
 *   or `tokens` does not have one per row
 */
export function writableRows(
  rows: Float32Array,
  dimension: number,
  tokens?: readonly string[] | undefined,
): WritableTable {
  if (!(rows instanceof Float32Array)) {
    throw invalidArgument('rows must be a Float32Array', rows)
  }
  checkCount(dimension, 'dimension', 1)
  const size = rows.length / dimension
  if (!Number.isSafeInteger(size)) {
    const message = `${rows.length} numbers make no whole rows of ${dimension}.`
    throw new RowspaceError('LENGTH_MISMATCH', message, { length: rows.length, dimension })
  }
  const table: WritableTable = {
    size,
    dimension,
    tokens,
    rows: (start, end) => rows.subarray(start * dimension, end * dimension),
  }
  checkWritable(table, 'writableRows()')
  return table
}

/**
 * Checks a table at the call of a writer: it returns chunks, so what is wrong must not show when somebody
 * takes the first of them.
 *
 * @param writer what was called, for messages
 * @throws `INVALID_ARGUMENT` for what is not a table to write and for tokens that no file can hold,
 *   `LENGTH_MISMATCH` unless there is one token per row
 */
export function checkWritable(table: WritableTable, writer: string): void {
  const { size, dimension, tokens, rows }: Partial<WritableTable> = table ?? {}
  if (!isCount(size) || !isCount(dimension) || dimension === 0 || typeof rows !== 'function') {
    const message =
      `${writer} takes a table, { size, dimension, tokens, rows(start, end) }, and returns the bytes of ` +
      `a file in chunks; got ${describe(table)}. Make the table with writableRows(rows, dimension, ` +
      'tokens), and write the chunks with writeFileAtomically(path, chunks).'
    throw new RowspaceError('INVALID_ARGUMENT', message)
  }
  if (tokens === undefined) return
  if (!Array.isArray(tokens)) throw invalidArgument('tokens must be a list of strings', tokens)
  if (tokens.length !== size) {
    const message = `There are ${tokens.length} tokens for ${size} rows: one per row is needed.`
    throw new RowspaceError('LENGTH_MISMATCH', message, { expected: size, actual: tokens.length })
  }
  const row = tokens.findIndex((token) => typeof token !== 'string' || token.length > MAX_WORD_LENGTH)
  if (row < 0) return
  const shown = describe(tokens[row])
  const message = `Token ${row} is ${shown}: tokens must be strings of at most ${MAX_WORD_LENGTH} letters.`
  throw new RowspaceError('INVALID_ARGUMENT', message, { row })
}

const BLOCK_BYTES = 1 << 20

/** The rows of `table` in order, about 1 MiB at a time. */
export function* rowBlocks(
  table: WritableTable,
): Generator<{ start: number; rows: Float32Array }, void, void> {
  const step = Math.max(1, Math.floor(BLOCK_BYTES / (4 * table.dimension)))
  for (let start = 0; start < table.size; start += step) {
    const end = Math.min(start + step, table.size)
    const rows = table.rows(start, end)
    const expected = (end - start) * table.dimension
    if (!(rows instanceof Float32Array) || rows.length !== expected) {
      const got = rows instanceof Float32Array ? rows.length : describe(rows)
      throw new RowspaceError(
        'LENGTH_MISMATCH',
        `rows(${start}, ${end}) must return ${expected} numbers as a Float32Array; got ${got}.`,
        { start, end, dimension: table.dimension },
      )
    }
    yield { start, rows }
  }
}

/** A copy of the bytes of `rows`: a slow consumer may hold a chunk when the view under it has changed. */
export function bytesOf(rows: Float32Array): Uint8Array {
  return new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength).slice()
}
