/** The public door of `rowspace`. What else there is stands in subpaths: formats, default, gpt2. */
export type { Expression, Term } from './analogy.ts'
export { type CoreSource, loadCore } from './core.ts'
export type { ElementType, RowArrays } from './element-types.ts'
export { type ErrorCode, isRowspaceError, RowspaceError } from './errors.ts'
export { IdSet } from './id-set.ts'
export { type Match, Matches } from './matches.ts'
export {
  type AnalogyOptions,
  EmbeddingTable,
  type FilledRows,
  type Metric,
  type Query,
  type Row,
  type RowOptions,
  type SearchOptions,
  type TableOptions,
} from './table.ts'
export { type TextToken, type Vocabulary, WordList } from './vocabulary.ts'

import type { OpenTableOptions } from './open.ts'
import type { SourceLike } from './sources/open.ts'
import type { EmbeddingTable as Table } from './table.ts'

export type { OpenTableOptions, SourceLike }

/**
 * Opens a table from a path (Node), a URL, a model's name (`hf:owner/name`), a Blob or File, or bytes; the format is recognised by content. The readers
 * are loaded when this is first called; `rowspace/formats` has them at once, and the writers.
 *
 * @throws RowspaceError as openTable of `rowspace/formats`
 */
export async function openTable(source: SourceLike, options: OpenTableOptions = {}): Promise<Table> {
  const { openTable: open } = await import('./formats/index.ts')
  return open(source, options)
}
