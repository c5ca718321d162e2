/** What can be written: rows that are handed out block by block, so that a big table is never held twice. */
import { RowspaceError } from '../errors.ts'

export interface WritableTable {
  /** Rows, |V|. */
  readonly size: number
  /** Numbers in a row, d. */
  readonly dimension: number
  /** One a row, where there are any. */
  readonly tokens?: readonly string[] | undefined
  /** Rows [start, end) as float32, row-major, (end - start) · d long. May be a view that the next call invalidates. */
  rows(start: number, end: number): Float32Array
}

/**
 * Rows in memory as something to write.
 *
 * @param rows |V| · d numbers, row-major
 * @throws `LENGTH_MISMATCH` if `rows` is not a whole number of rows, or `tokens` has not one a row
 */
export function writableRows(
  rows: Float32Array,
  dimension: number,
  tokens?: readonly string[] | undefined,
): WritableTable {
  const size = rows.length / dimension
  if (!Number.isSafeInteger(size)) {
    throw new RowspaceError('LENGTH_MISMATCH', `${rows.length} numbers make no whole rows of ${dimension}.`, {
      length: rows.length,
      dimension,
    })
  }
  if (tokens && tokens.length !== size) {
    throw new RowspaceError(
      'LENGTH_MISMATCH',
      `${tokens.length} tokens for ${size} rows: one a row is needed.`,
      {
        expected: size,
        actual: tokens.length,
      },
    )
  }
  return {
    size,
    dimension,
    tokens,
    rows: (start, end) => rows.subarray(start * dimension, end * dimension),
  }
}

const BLOCK_BYTES = 1 << 20

/** The rows of `table` in order, about 1 MiB at a time. */
export function* rowBlocks(
  table: WritableTable,
): Generator<{ start: number; rows: Float32Array }, void, void> {
  const step = Math.max(1, Math.floor(BLOCK_BYTES / (4 * table.dimension)))
  for (let start = 0; start < table.size; start += step) {
    const end = Math.min(start + step, table.size)
    yield { start, rows: table.rows(start, end) }
  }
}

/**
 * A copy of the bytes of `rows`: a chunk that a slow consumer still holds when the view under it has changed would
 * write wrong rows.
 */
export function bytesOf(rows: Float32Array): Uint8Array {
  return new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength).slice()
}

/** @throws `LENGTH_MISMATCH` unless there is one token per row */
export function checkTokenCount(table: WritableTable, tokens: readonly string[]): void {
  if (tokens.length === table.size) return
  throw new RowspaceError(
    'LENGTH_MISMATCH',
    `${tokens.length} tokens for ${table.size} rows: one a row is needed.`,
    { expected: table.size, actual: tokens.length },
  )
}

/**
 * For formats whose readers leave out rows that are named as one before.
 *
 * @throws `LENGTH_MISMATCH` unless there is one token per row, `INVALID_ARGUMENT` if two are equal
 */
export function checkTokens(table: WritableTable, tokens: readonly string[]): void {
  checkTokenCount(table, tokens)
  const seen = new Set<string>()
  tokens.forEach((token, row) => {
    if (seen.has(token)) {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        `The token ${JSON.stringify(token)} of row ${row} comes twice: whoever reads the file keeps only its first row. Make tokens unique, or leave them out.`,
        { token, row },
      )
    }
    seen.add(token)
  })
}
