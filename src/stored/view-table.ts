/** Opens a table to be read and searched where it lies: its header is read, not its rows. */

import { RowspaceError } from '../core/errors.ts'
import { pickOptions, readChecked } from '../core/strict-options.ts'
import type { OpenOptions } from '../formats/format.ts'
import type { SourceLike } from '../open/open-source.ts'
import { type OpenTableFile, openTableFile } from '../open/open-table-file.ts'
import { OPEN_OPTIONS } from '../open/read-open-options.ts'
import { resolveVocabulary } from '../open/resolve-vocabulary.ts'
import { vocabularyOf, WordList } from '../table/vocabulary.ts'
import { LazyVocabulary } from './lazy-vocabulary.ts'
import { VIEW_OPTIONS, type ViewOptions } from './options.ts'
import { RowScorer } from './row-scorer.ts'
import { StoredRows } from './stored-rows.ts'
import { StoredTable } from './stored-table.ts'

const CACHE_BYTES = 1 << 24

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
  const given = readChecked(options, VIEW_OPTIONS, 'the options of viewTable()')
  const { tokens, cacheBytes = CACHE_BYTES, core } = given
  // changes of the list after this call must not reach the table
  const copied = Array.isArray(tokens) ? new WordList(tokens) : tokens
  const file = await openTableFile(source, {
    ...pickOptions<OpenOptions>(given, OPEN_OPTIONS),
    shards: 'table',
  })
  try {
    const { size, dimension, rows } = file
    if (rows === undefined) throw noPlaces(file)
    const named = vocabularyOf(copied, size)
    const vocabulary = new LazyVocabulary(
      size,
      async () => {
        const words = await rows.readTokens?.()
        return words === undefined ? resolveVocabulary(file, undefined) : vocabularyOf(words, size)
      },
      named,
    )
    return new StoredTable({
      file,
      vocabulary,
      rows: new StoredRows(file.source.name, dimension, rows.read, cacheBytes),
      scorer: await RowScorer.create(dimension, core),
    })
  } catch (error) {
    await file.close()
    throw error
  }
}

function noPlaces({ source, format }: OpenTableFile): RowspaceError {
  const text =
    `${source.name}: rows of ${format} have no fixed places in the file, so the table cannot be viewed. ` +
    'Write it as safetensors (npx rowspace pack), or load it by openTable().'
  return new RowspaceError('UNSUPPORTED', text, { source: source.name, format })
}
