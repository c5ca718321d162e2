/** From a file of any known format to a table: the rows stream straight into the table's memory. */
import { isRowspaceError } from './errors.ts'
import type { FormatName, LoadOptions, OpenOptions, Progress } from './formats/format.ts'
import { openTableFile } from './formats/open.ts'
import { isByteSource, type SourceLike } from './sources/open.ts'
import { EmbeddingTable, type TableOptions } from './table.ts'

export interface OpenTableOptions extends OpenOptions, LoadOptions, TableOptions {}

/**
 * Opens a table from a path (Node), a URL, a model's name (`hf:owner/name`), a Blob or File, bytes, or a source of one's own. The format is
 * recognised by content: safetensors, npy with a words file beside it, word2vec text and binary, GloVe text, raw
 * float32 with words.json.
 *
 * @throws RowspaceError `NOT_FOUND`, `ACCESS_DENIED`, `OFFLINE`, `IO`, `CHANGED`, `INVALID_FORMAT`, `TRUNCATED`, `UNSUPPORTED`, `NON_FINITE`, `OUT_OF_MEMORY`; the
 * signal's reason when aborted. No half table is left by any of them.
 * @example
 * const table = await openTable('vectors.safetensors', { onProgress: ({ done, total }) => bar.update(done / total) })
 */
export async function openTable(source: SourceLike, options: OpenTableOptions = {}): Promise<EmbeddingTable> {
  try {
    return await openOnce(source, options)
  } catch (error) {
    // a file that became another one while it was read is read once more, from the beginning
    if (!isRowspaceError(error, 'CHANGED') || isByteSource(source)) throw error
    return openOnce(source, options)
  }
}

async function openOnce(source: SourceLike, options: OpenTableOptions): Promise<EmbeddingTable> {
  const file = await openTableFile(source, options)
  try {
    let progressError: unknown
    const tell = (progress: Progress) => {
      try {
        options.onProgress?.(progress)
      } catch (error) {
        progressError ??= error
      }
    }
    const load = async (target: Float32Array) => {
      const loaded = await file.load(target, options)
      progressError = loaded.progressError
      tell({ phase: 'norms', done: 0, total: loaded.size })
      return loaded
    }
    const table = await EmbeddingTable.fill({ size: file.rowCount, dimension: file.dimension }, load, options)
    tell({ phase: 'norms', done: table.size, total: table.size })
    if (progressError !== undefined) report(progressError)
    return table
  } finally {
    await file.close()
  }
}

/** Tells of an error that must not cost the caller the table: onProgress threw. */
function report(error: unknown): void {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error)
  else globalThis.process?.emitWarning(error instanceof Error ? error : String(error))
}

export type { FormatName }
