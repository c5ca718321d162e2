/** From a file of any known format to a table: the rows stream straight into the table's memory. */

import { isRowspaceError, RowspaceError } from '../core/errors.ts'
import { TABLE_OPTIONS } from '../core/options.ts'
import { reportLater } from '../core/report-later.ts'
import { type KeysOf, pickOptions, readOptions } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
import { isTokenTable } from '../formats/choose-tensor.ts'
import type { LoadedRows, LoadOptions, OpenOptions, Progress, TableFile } from '../formats/format.ts'
import { EmbeddingTable, type FilledRows, type TableOptions } from '../table/embedding-table.ts'
import type { ModelVocabulary } from '../tokenizers/model-vocabulary.ts'
import { isByteSource, type SourceLike } from './open-source.ts'
import { type OpenTableFile, openTableFile } from './open-table-file.ts'
import { OPEN_OPTIONS } from './read-open-options.ts'

export interface OpenTableOptions extends Omit<OpenOptions, 'shards'>, LoadOptions, TableOptions {
  /** 'f32' widens rows that would be kept as they come, bf16 and f16: twice the memory, the same answers. */
  dtype?: 'f32' | undefined
}

const { shards: _, ...FILE_OPTIONS } = OPEN_OPTIONS

const OPEN_TABLE_OPTIONS: KeysOf<OpenTableOptions> = {
  ...FILE_OPTIONS,
  ...TABLE_OPTIONS,
  onProgress: true,
  dtype: true,
}

/**
 * Opens a table from a path (Node), a URL, a model's name (`hf:owner/name`), a Blob or File, bytes, or a source of one's own. The format is
 * recognised by content: safetensors, in one file or in parts with their index, GGUF, npy with a words file beside it, word2vec text and binary, GloVe text, raw
 * float32 with words.json.
 *
 * @throws RowspaceError `NOT_FOUND`, `ACCESS_DENIED`, `OFFLINE`, `IO`, `CHANGED`, `INVALID_FORMAT`, `TRUNCATED`, `UNSUPPORTED`, `NON_FINITE`, `OUT_OF_MEMORY`; the
 * signal's reason when aborted. No half table is left by any of them.
 * @example
 * const table = await openTable('vectors.safetensors', { onProgress: ({ done, total }) => bar.update(done / total) })
 */
export async function openTable(source: SourceLike, given: OpenTableOptions = {}): Promise<EmbeddingTable> {
  const options = readOptions(given, OPEN_TABLE_OPTIONS, 'the options of openTable()')
  // tokens are those at the call, whatever becomes of the list while the file is read
  if (Array.isArray(options.tokens)) options.tokens = [...options.tokens]
  checkDtype(options.dtype)
  try {
    return await openOnce(source, options)
  } catch (error) {
    // a file that became another one while it was read is read once more, from the beginning
    if (!isRowspaceError(error, 'CHANGED') || isByteSource(source)) throw error
    return openOnce(source, options)
  }
}

async function openOnce(source: SourceLike, options: OpenTableOptions): Promise<EmbeddingTable> {
  const { signal, onProgress } = options
  const file = await openTableFile(source, {
    ...pickOptions<OpenOptions>(options, OPEN_OPTIONS),
    shards: 'table',
  })
  let table: EmbeddingTable | undefined
  try {
    let progressError: unknown
    const tell = (progress: Progress) => {
      signal?.throwIfAborted()
      try {
        onProgress?.(progress)
      } catch (error) {
        progressError ??= error ?? new Error('onProgress threw nothing')
      }
      signal?.throwIfAborted()
    }
    table = await fillFrom(file, options, async (loaded) => {
      progressError = loaded.progressError
      const tokens = loaded.tokens ?? options.tokens ?? (await tokensBeside(file, signal))
      tell({ phase: 'norms', done: 0, total: loaded.size })
      return { ...loaded, tokens }
    })
    tell({ phase: 'norms', done: table.size, total: table.size })
    await file.close()
    if (progressError !== undefined) reportLater(progressError)
    return table
  } catch (error) {
    table?.dispose()
    await file.close().catch(() => {})
    throw error
  }
}

/**
 * Reads the rows of an open file into a table, in the type they are kept in.
 *
 * @param finish what is done with what was loaded: tokens may be added
 */
export async function fillFrom(
  file: TableFile,
  options: OpenTableOptions,
  finish: (loaded: LoadedRows) => FilledRows | Promise<FilledRows>,
): Promise<EmbeddingTable> {
  const shape = { size: file.size, dimension: file.dimension }
  const { elementType: dtype } = file
  const table = pickOptions<TableOptions>(options, TABLE_OPTIONS)
  if (dtype === undefined || options.dtype === 'f32' || file.loadBits === undefined) {
    return EmbeddingTable.fill(shape, async (target) => finish(await file.load(target, options)), table)
  }
  const load = async (target: Uint16Array) => finish(await file.loadBits!(target, options))
  return EmbeddingTable.fill({ ...shape, dtype }, load, table)
}

function checkDtype(dtype: unknown): void {
  if (dtype === undefined || dtype === 'f32') return
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `dtype must be 'f32', or left out to keep rows as they come; got ${describe(dtype)}`,
  )
}

/** The tokens that a model's tokenizer gives its rows, in the file or beside it, where there is one and rows are tokens. */
export async function tokensBeside(
  file: OpenTableFile,
  signal: AbortSignal | undefined,
): Promise<ModelVocabulary | undefined> {
  if (!isTokenTable(file.tensor)) return undefined
  const { modelVocabulary, ModelVocabulary, namedTokens } = await import('../tokenizers/model-vocabulary.ts')
  const { writtenTokens, size } = file
  if (writtenTokens !== undefined) return new ModelVocabulary(namedTokens(writtenTokens), size)
  return modelVocabulary(file.source, file.size, signal)
}
