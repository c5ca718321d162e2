/** The public door of `rowspace`. What else there is stands in subpaths: formats, default, gpt2. */
export type { Expression, Term } from './analogy.ts'
export { type CoreSource, loadCore } from './core.ts'
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
  type SearchOptions,
  type TableOptions,
} from './table.ts'
export { type TextToken, type Vocabulary, WordList } from './vocabulary.ts'
