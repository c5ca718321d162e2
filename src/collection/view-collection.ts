/** Opens a collection to be searched where its file lies. */

import { readCore } from '../../bindings/core.ts'
import { IdSet } from '../core/id-set.ts'
import { type KeysOf, readChecked } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
import { numberTable } from '../formats/number-table.ts'
import { BF16, F16, F32 } from '../formats/number-types.ts'
import { makeColumns } from '../metadata/columns.ts'
import type { ColumnTypes } from '../metadata/types.ts'
import { openSource, type SourceLike } from '../open/open-source.ts'
import { pickSourceOptions, SOURCE_OPTIONS } from '../sources/options.ts'
import type { ByteSource, SourceOptions } from '../sources/source.ts'
import { IndexFile } from '../stored/index-file.ts'
import { indexReader, LazyIndex } from '../stored/lazy-index.ts'
import { LazyVocabulary } from '../stored/lazy-vocabulary.ts'
import { type StoredFile, storedFileOf, untilOpen } from '../stored/open-stored-file.ts'
import { VIEW_OPTIONS, type ViewOptions } from '../stored/options.ts'
import { RowScorer } from '../stored/row-scorer.ts'
import { StoredTable } from '../stored/stored-table.ts'
import { CACHE_BYTES } from '../stored/view-table.ts'
import { readColumnTypes } from './check-file.ts'
import {
  adoptMetadata,
  type CollectionFile,
  readCollectionFile,
  readTensors,
  shapeOf,
  targetsOf,
} from './collection-file.ts'
import { columnTensors } from './file-layout.ts'
import { ownIndex } from './own-index.ts'
import { blankOf, type Entries } from './parts.ts'
import { StoredCollection } from './stored-collection.ts'
import { type CollectionStore, sourceOf } from './stores/store.ts'

/** How a collection is opened to be searched where its file lies. */
export interface ViewCollectionOptions<Columns extends ColumnTypes>
  extends SourceOptions,
    Pick<ViewOptions, 'index' | 'cache' | 'memory' | 'threads' | 'cacheBytes' | 'core'> {
  /** The columns that the file must have. Default: any. */
  columns?: Columns | undefined
}

const { index, cache, memory, threads, cacheBytes, core } = VIEW_OPTIONS
const VIEW_COLLECTION: KeysOf<ViewCollectionOptions<ColumnTypes>> = {
  ...{ ...SOURCE_OPTIONS, index, cache, memory, threads, cacheBytes, core },
  columns: true,
}

const NUMBERS = { f32: F32, bf16: BF16, f16: F16 } as const

/**
 * Opens a saved collection whose rows stay in its file: keys and metadata are read now, codes at the first
 * search, rows when a question needs them. It cannot be changed.
 *
 * @param source a path (Node), an http(s) URL that gives ranges, a Blob or File, bytes, a source of one's own,
 *   or a store
 * @throws RowspaceError as Collection.open, and what the source throws
 * @example
 * await using notes = await viewCollection('notes.safetensors')
 * const matches = await notes.nearest(query, { k: 5, filter: { year: { gte: 2020 } } })
 */
export async function viewCollection<const Columns extends ColumnTypes = ColumnTypes>(
  source: SourceLike | CollectionStore,
  options: ViewCollectionOptions<Columns> = {},
): Promise<StoredCollection<Columns>> {
  const given = readChecked(options, VIEW_COLLECTION, 'the options of viewCollection()')
  // a core is needed twice, and a Response can be read once
  const core = given.core === undefined ? undefined : await readCore(given.core)
  return untilOpen(given.signal, async (signal) => {
    const settings = { ...pickSourceOptions(given), signal }
    const opened = isStore(source) ? await sourceOf(source, signal) : await openSource(source, settings)
    const close = async () => {
      // the caller's own source is left open
      if (opened !== source) await opened.close?.()
    }
    try {
      return await openCollection<Columns>(
        await readCollectionFile(opened, signal),
        { ...given, core },
        settings,
        close,
      )
    } catch (error) {
      await close()
      throw error
    }
  })
}

async function openCollection<Columns extends ColumnTypes>(
  file: CollectionFile,
  given: ViewCollectionOptions<ColumnTypes>,
  settings: SourceOptions & { signal: AbortSignal },
  close: () => Promise<void>,
): Promise<StoredCollection<Columns>> {
  const { columns, index, cache = given.hub?.cache, memory, threads, cacheBytes = CACHE_BYTES, core } = given
  const entries = await readEntries(file, columns, settings.signal)
  const stored = rowsOf(file, cacheBytes, close)
  const { signal } = settings
  const codes = index ?? (await ownIndex(file, stored, { core, signal, memory }))
  const indexFile = new IndexFile(stored, codes, settings, { cache, memory })
  const table = new StoredTable({
    stored,
    vocabulary: new LazyVocabulary(stored.file.size, async () => undefined),
    indexFile,
    index: new LazyIndex(indexReader(indexFile, stored, { core, threads, memory })),
    scorer: await RowScorer.create(stored.file.dimension, core),
    nameOf: (place) => `entry ${describe(entries.keys.keyAt(place))}`,
  })
  return new StoredCollection<Columns>(table, entries)
}

function isStore(source: SourceLike | CollectionStore): source is CollectionStore {
  return typeof (source as Partial<CollectionStore> | null)?.write === 'function'
}

/** Keys and metadata. */
async function readEntries(
  file: CollectionFile,
  expected: ColumnTypes | undefined,
  signal: AbortSignal,
): Promise<Entries> {
  const { count } = shapeOf(file)
  const columns = makeColumns(readColumnTypes(file.source, file.metadata.columns, expected))
  for (const column of columns.values()) column.reserve(count)
  const targets = targetsOf(file, columnTensors(columns, count), columns)
  await readTensors(file, targets, signal, () => {})
  const keys = adoptMetadata(file, targets, columns, count)
  const live = IdSet.where(count, () => true)
  return { rows: { used: count, live, generation: 0 }, keys, columns, blank: blankOf(columns), changes: 0 }
}

/** The rows of the file, which its revision tells from others. */
function rowsOf(file: CollectionFile, cacheBytes: number, close: () => Promise<void>): StoredFile {
  const { source, headerBytes, metadata } = file
  const { dtype, count: size, dimension, start } = shapeOf(file)
  const table = numberTable(
    { source, start, size, dimension, type: NUMBERS[dtype] },
    { format: 'safetensors', headerBytes, tensor: 'embeddings' },
  )
  const known: ByteSource = {
    name: source.name,
    size: source.size,
    version: metadata.revision,
    get bytesRead() {
      return source.bytesRead
    },
    read: (start, end, options) => source.read(start, end, options),
    sibling: async (name) => source.sibling?.(name),
  }
  return storedFileOf({ ...table, source: known, close }, cacheBytes)
}
