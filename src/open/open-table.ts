/** From a file of any known format to a table: the rows stream straight into the table's memory. */

import { ELEMENT_TYPES, type ElementType } from '../core/element-types.ts'
import { isRowspaceError, type RowspaceError } from '../core/errors.ts'
import { TABLE_OPTIONS } from '../core/options.ts'
import { SafeProgress } from '../core/safe-progress.ts'
import { type KeysOf, oneOf, pickOptions, readChecked } from '../core/strict-options.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import type { LoadedRows, LoadOptions, OpenOptions } from '../formats/format.ts'
import type { EmbeddingTable, FilledRows, TableOptions } from '../table/embedding-table.ts'
import { withCounts, withCountsOf } from './counted-tokens.ts'
import { fillTable } from './fill-table.ts'
import { firstTokens } from './first-tokens.ts'
import { isByteSource, type SourceLike } from './open-source.ts'
import { type OpenTableFile, openTableFile } from './open-table-file.ts'
import { checkNamedOnce, OPEN_OPTIONS } from './read-open-options.ts'
import { resolveVocabulary } from './resolve-vocabulary.ts'

export interface OpenTableOptions extends Omit<OpenOptions, 'shards'>, LoadOptions, TableOptions {
  /**
   * The type to store rows in: numbers are rounded to it while they are read, ties to even. bf16 and f16 rows
   * become float32 by 'f32'. Default: bf16 and f16 as they are in the file, all others as 'f32'.
   */
  dtype?: ElementType | undefined
  /**
   * A file with a word and its count per line, as word2vec's `-save-vocab` and gensim's `fvocab` have it:
   * `table.vocabulary.counts`. Words that it does not have get 0. fastText models have counts of their own.
   */
  counts?: SourceLike | undefined
}

const { shards: _, ...FILE_OPTIONS } = OPEN_OPTIONS

export const OPEN_TABLE_OPTIONS: KeysOf<OpenTableOptions> = {
  ...FILE_OPTIONS,
  ...TABLE_OPTIONS,
  onProgress: true,
  dtype: oneOf(...ELEMENT_TYPES),
  counts: true,
}

/**
 * Opens a table from a path (Node), a URL, a model's name (`hf:owner/name`), a Blob or File, bytes, or your
 * own source. The format is recognised by content: safetensors, in one file or in parts with their index,
 * GGUF, npy and npz, word2vec text and binary, GloVe text, fastText .bin, raw float32 with words.json.
 *
 * @throws RowspaceError `NOT_FOUND`, `ACCESS_DENIED`, `OFFLINE`, `IO`, `CHANGED`, `INVALID_FORMAT`,
 *   `TRUNCATED`, `UNSUPPORTED`, `NON_FINITE`, `OUT_OF_MEMORY`; the signal's reason when aborted. No half
 *   table is left by any of them.
 * @example const table = await openTable('vectors.safetensors', { onProgress: ({ done, total }) =>
 *   bar.update(done / total) })
 */
export async function openTable(source: SourceLike, options: OpenTableOptions = {}): Promise<EmbeddingTable> {
  return openTableWith(source, options, {})
}

/** What a caller inside rowspace may add to `openTable`. */
export interface OpenHooks {
  /** Names the rows of a file without tokens: `resolveVocabulary` unless given. */
  vocabularyOf?: (file: OpenTableFile, signal: AbortSignal | undefined) => Promise<Vocabulary | undefined>
  /** Called when a file changed while it was read, before it is read again. */
  onChanged?: (error: RowspaceError) => void
}

/** `openTable` with hooks. */
export async function openTableWith(
  source: SourceLike,
  given: OpenTableOptions,
  hooks: OpenHooks,
): Promise<EmbeddingTable> {
  const options = readChecked(given, OPEN_TABLE_OPTIONS, 'the options of openTable()')
  checkNamedOnce(options)
  // the tokens are those at the call, even if the caller changes the list while the file is read
  if (Array.isArray(options.tokens)) options.tokens = [...options.tokens]
  try {
    return await openOnce(source, options, hooks)
  } catch (error) {
    // a file that changed while it was read is read once more, from the beginning
    if (!isRowspaceError(error, 'CHANGED') || isByteSource(source)) throw error
    hooks.onChanged?.(error)
    return openOnce(source, options, hooks)
  }
}

async function openOnce(
  source: SourceLike,
  given: OpenTableOptions,
  { vocabularyOf = resolveVocabulary }: OpenHooks,
): Promise<EmbeddingTable> {
  const { onProgress } = given
  const file = await openTableFile(source, {
    ...pickOptions<OpenOptions>(given, OPEN_OPTIONS),
    shards: 'table',
  })
  const stop = new AbortController()
  const signal = given.signal === undefined ? stop.signal : AbortSignal.any([given.signal, stop.signal])
  let table: EmbeddingTable | undefined
  let names: Promise<Vocabulary | undefined> | undefined
  try {
    const options = { ...given, signal, tokens: firstTokens(given.tokens, file) }
    if (isNamedBeside(file, options)) {
      // while the rows come; what is wrong with one of them ends the other
      names = vocabularyOf(file, signal)
      names.catch((error) => stop.abort(error))
    }
    const progress = new SafeProgress<'norms'>(onProgress)
    const report = (done: number, total: number) => {
      signal?.throwIfAborted()
      progress.report('norms', done, total)
      signal?.throwIfAborted()
    }
    table = await fillTable(file, options, async (loaded) => {
      progress.error = loaded.progressError
      const tokens = options.tokens ?? loaded.tokens ?? (await (names ?? vocabularyOf(file, signal)))
      report(0, loaded.size)
      return { ...loaded, tokens: await counted(loaded, tokens, file, options) }
    })
    report(table.size, table.size)
    await file.close()
    progress.finish()
    return table
  } catch (error) {
    table?.dispose()
    stop.abort(error)
    await names?.catch(() => {})
    await file.close().catch(() => {})
    throw error
  }
}

/** Whether rows are named by what lies beside their file, which has no words: known before any row is read. */
function isNamedBeside({ rows }: OpenTableFile, { tokens }: OpenTableOptions): boolean {
  return tokens === undefined && rows !== undefined && rows.readTokens === undefined
}

/** The tokens with the counts of the file that the caller named, else with those of the table's file. */
function counted(
  { counts }: LoadedRows,
  tokens: FilledRows['tokens'],
  { source }: OpenTableFile,
  options: OpenTableOptions,
): FilledRows['tokens'] | Promise<FilledRows['tokens']> {
  return options.counts === undefined
    ? withCounts(tokens, counts)
    : withCountsOf(tokens, options.counts, source, options)
}
