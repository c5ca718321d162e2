/** The public door of `rowspace`. What else there is stands in subpaths: formats, default, gpt2. */

export type { ElementType, RowArrays } from './core/element-types.ts'
export {
  type ErrorCode,
  type ErrorDetails,
  isRowspaceError,
  type Place,
  type RequestDetails,
  RowspaceError,
} from './core/errors.ts'
export { IdSet } from './core/id-set.ts'
export type { TextToken, Vocabulary } from './core/vocabulary.ts'
export type {
  AsyncAnalogyOptions,
  AsyncMatches,
  AsyncOptions,
  AsyncSearchOptions,
  AsyncTable,
} from './table/async-table.ts'
export {
  type AnalogyOptions,
  EmbeddingTable,
  type FilledRows,
  type Metric,
  type Query,
  type RowKey,
  type RowOptions,
  type SearchOptions,
  type TableOptions,
  type ThreadCount,
  type ThreadOptions,
} from './table/embedding-table.ts'
export type { Expression, Term } from './table/expression.ts'
export { type CoreSource, loadCore } from './table/load-core.ts'
export { type Match, Matches } from './table/matches.ts'
export { parseExpression } from './table/parse-expression.ts'
export { WordList } from './table/vocabulary.ts'

import type { SourceLike } from './open/open-source.ts'
import type { OpenTableOptions } from './open/open-table.ts'
import type { EmbeddingTable as Table } from './table/embedding-table.ts'

export type { OpenTableOptions, SourceLike }

/**
 * Opens a table from a path (Node), a URL, a model's name (`hf:owner/name`), a Blob or File, or bytes; the
 * format is recognised by content. The readers are loaded when this is first called; `rowspace/formats` has
 * them at once, and the writers.
 *
 * @throws RowspaceError as openTable of `rowspace/formats`
 */
export async function openTable(source: SourceLike, options: OpenTableOptions = {}): Promise<Table> {
  const { openTable: open } = await import('./formats.ts')
  return open(source, options)
}
