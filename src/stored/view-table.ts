/** Opens a table to be read and searched where it lies: its header is read, not its rows. */

import { readCore } from '../../bindings/core.ts'
import { pickOptions, readChecked } from '../core/strict-options.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import { firstTokens } from '../open/first-tokens.ts'
import type { SourceLike } from '../open/open-source.ts'
import type { OpenTableFile } from '../open/open-table-file.ts'
import { checkNamedOnce } from '../open/read-open-options.ts'
import { resolveVocabulary } from '../open/resolve-vocabulary.ts'
import { pickSourceOptions } from '../sources/options.ts'
import { vocabularyOf, WordList } from '../table/vocabulary.ts'
import { IndexFile } from './index-file.ts'
import { indexReader, LazyIndex } from './lazy-index.ts'
import { LazyVocabulary } from './lazy-vocabulary.ts'
import { openStoredFile } from './open-stored-file.ts'
import { FILE_OPTIONS, type StoredFileOptions, VIEW_OPTIONS, type ViewOptions } from './options.ts'
import { RowScorer } from './row-scorer.ts'
import { StoredTable } from './stored-table.ts'

/** Bytes of rows that are held, by default. */
export const CACHE_BYTES = 1 << 24

/**
 * Opens a table whose rows stay where they are: in a file (Node), behind an http(s) URL that gives ranges, in
 * a model of the hub (`hf:owner/name`), a Blob or File, bytes, or a source of one's own. Its header is read,
 * and later the rows that are asked for. Formats with rows at fixed places can be viewed: safetensors, in parts
 * too, GGUF, npy, npz, raw float32.
 *
 * @throws RowspaceError as openTable; `UNSUPPORTED` for a format whose rows have no fixed places
 * @example
 * await using table = await viewTable('hf:openai-community/gpt2')
 * const row = await table.row(3290) // 3,072 bytes
 */
export async function viewTable(source: SourceLike, options: ViewOptions = {}): Promise<StoredTable> {
  return viewTableWith(source, options, resolveVocabulary)
}

/** `viewTable`, with what names the rows of a file without tokens. */
export async function viewTableWith(
  source: SourceLike,
  options: ViewOptions,
  namesOf: (file: OpenTableFile, signal: AbortSignal) => Promise<Vocabulary | undefined>,
): Promise<StoredTable> {
  const given = readChecked(options, VIEW_OPTIONS, 'the options of viewTable()')
  checkNamedOnce(given)
  const { tokens, index, cache = given.hub?.cache, memory, threads, cacheBytes = CACHE_BYTES, core } = given
  // changes of the list after this call must not reach the table
  const copied = Array.isArray(tokens) ? new WordList(tokens) : tokens
  // a core is needed twice, and a Response can be read once
  const read = core === undefined ? undefined : await readCore(core)
  const stored = await openStoredFile(source, pickOptions<StoredFileOptions>(given, FILE_OPTIONS), cacheBytes)
  const { file, fileRows } = stored
  try {
    const { size, dimension } = file
    const named = vocabularyOf(firstTokens(copied, file), size)
    const readVocabulary = async (signal: AbortSignal) => {
      if (named !== undefined) return named
      const words = await fileRows.readTokens?.(signal)
      return words === undefined ? namesOf(file, signal) : vocabularyOf(words, size)
    }
    const indexFile = new IndexFile(stored, index, pickSourceOptions(given), { cache, memory })
    // an index has the tokens of the file, and no other names
    const isIndexed = named === undefined && fileRows.ownTokens !== undefined
    const openIndexed = isIndexed ? (signal: AbortSignal) => indexFile.tokens(signal) : undefined
    return new StoredTable({
      stored,
      vocabulary: new LazyVocabulary(size, readVocabulary, openIndexed),
      indexFile,
      index: new LazyIndex(indexReader(indexFile, stored, { core: read, threads, memory })),
      scorer: await RowScorer.create(dimension, read),
    })
  } catch (error) {
    await file.close()
    throw error
  }
}
