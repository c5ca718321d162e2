/** What every table has whose rows are elsewhere: in a file, behind a URL, on a ClickHouse cluster. */

import { RowspaceError } from '../core/errors.ts'
import type { AnalogyOptions, Query, RowKey, SearchOptions } from '../core/options.ts'
import type { Expression } from './expression.ts'
import type { Match, Matches } from './matches.ts'

/** What every call takes. */
export interface AsyncOptions {
  /** Stops the call; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}

/** The options of a search that all kinds of table take. */
export type AsyncSearchOptions = Omit<SearchOptions, 'filter'> & AsyncOptions

/** The options of an analogy that all kinds of table take. */
export type AsyncAnalogyOptions = Omit<AnalogyOptions, 'filter'> & AsyncOptions

/** What every call of a closed table throws. */
export function tableClosed(): RowspaceError {
  return new RowspaceError('DISPOSED', 'This table was closed. Open it again.')
}

/** An answer; ids may be of up to 2^53. */
export type AsyncMatches = Matches<Match, Uint32Array> | Matches<Match, Float64Array>

/**
 * A table that answers by promise, with the names, options and bits of an EmbeddingTable: one that `viewTable`
 * or `openClickHouse` opened.
 */
export interface AsyncTable {
  /** The number of rows, |V|. */
  readonly size: number
  /** The number of columns, d. */
  readonly dimension: number
  /** The type that rows are stored in. */
  readonly dtype: string
  /** The id of a row given by id or token. */
  id(row: RowKey, options?: AsyncOptions): Promise<number>
  /** The token of an id, or undefined where the table has none for it. */
  token(id: number, options?: AsyncOptions): Promise<string | undefined>
  /** The lookup x_i = E[t_i]: one row, d numbers. */
  row(row: RowKey, options?: AsyncOptions): Promise<Float32Array>
  /** n rows: n · d numbers, row after row. */
  gather(rows: Iterable<RowKey>, options?: AsyncOptions): Promise<Float32Array>
  /** The vector of an expression, d numbers. */
  combine(
    expression: Expression,
    options?: AsyncOptions & { normalize?: boolean | undefined },
  ): Promise<Float32Array>
  /** The cosine of two rows or vectors. */
  similarity(a: Query, b: Query, options?: AsyncOptions): Promise<number>
  /** The k rows nearest to a row or vector, best first. */
  nearest(query: Query, options?: AsyncSearchOptions): Promise<AsyncMatches>
  /** As `nearest` for many queries. */
  nearestBatch(queries: Iterable<Query>, options?: AsyncSearchOptions): Promise<AsyncMatches[]>
  /** The k rows nearest to a sum of rows. */
  analogy(expression: Expression, options?: AsyncAnalogyOptions): Promise<AsyncMatches>
  /** As `analogy` for many expressions. */
  analogyBatch(expressions: Iterable<Expression>, options?: AsyncAnalogyOptions): Promise<AsyncMatches[]>
  /** Closes what the table is read from. */
  close(): Promise<void>
}
