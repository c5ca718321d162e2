/** Collection: rows that come, change and go, known by keys, with metadata to filter by. */

import { RowspaceError } from '../core/errors.ts'
import { IdSet } from '../core/id-set.ts'
import { readOptions } from '../core/strict-options.ts'
import { checkCount, describe } from '../core/values.ts'
import { makeColumns } from '../metadata/columns.ts'
import type { CheckedFilter } from '../metadata/condition.ts'
import type { ColumnTypes, Metadata, NoColumns, StoredMetadata } from '../metadata/types.ts'
import { checkVector, isRow, queryList, zeroQuery } from '../table/arguments.ts'
import type { EmbeddingTable, TableOptions } from '../table/embedding-table.ts'
import { NO_IDS, type PreparedQuery, vectorQuery } from '../table/query.ts'
import type { Searcher } from '../table/searcher.ts'
import { closeGaps, makeRoom, nameEntries, put, remove } from './changes.ts'
import { copyEntries, copyTable } from './convert.ts'
import { type EntryShape, readChange, readEntry } from './entries.ts'
import { Filter } from './filter.ts'
import { checkKey, Keys, readKeys } from './keys.ts'
import { loadCollection, OPEN_OPTIONS, type OpenCollectionOptions } from './load.ts'
import type { CollectionMatches } from './matches.ts'
import {
  type AddOptions,
  type CheckedCollectionSearch,
  COLLECTION_OPTIONS,
  type CollectionOptions,
  type CollectionSearchOptions,
  type Entry,
  type FilterInput,
  type FromTableOptions,
  type Key,
  type OtherFilter,
  type Vector,
} from './options.ts'
import {
  metadataAt,
  type Parts,
  readCollectionQuestion,
  readFilter,
  searcherOf,
  toCollectionMatches,
} from './question.ts'
import { RowView } from './row-view.ts'
import { CollectionRows } from './rows.ts'
import { SAVE_OPTIONS, type SaveOptions, saveCollection } from './save.ts'
import { type CollectionStore, identityOf } from './stores/store.ts'
import { storeOf } from './stores/store-of.ts'
import { checkWatched, reporting } from './work.ts'

/** Rows to have room for where nothing else is asked. */
const FIRST_CAPACITY = 1024

/**
 * Vectors of one dimension, each with a key and metadata, in one WebAssembly memory that grows. Queries are synchronous
 * and exact, with the bits that an EmbeddingTable of the same rows gives; of equal scores, the entry added first comes
 * first. Changes are promises and run one after the other in the order of the calls. Arguments are checked and copied at
 * the call, and a rejected change has changed nothing.
 *
 * @example
 * const notes = await Collection.create({ dimension: 384, columns: { year: 'number' } })
 * await notes.add({ key: 'a', vector, metadata: { year: 2026 } })
 * notes.nearest(query, { k: 5, filter: { year: { gte: 2020 } } })
 */
export class Collection<Columns extends ColumnTypes = NoColumns> {
  /** Columns of a vector, d. */
  readonly dimension: number
  /** The element type of the stored rows. */
  readonly dtype: 'f32' | 'bf16' | 'f16'
  private parts: Parts | undefined
  private readonly searcher: Searcher
  private readonly shape: EntryShape
  private changes = 0
  /** The last change that was requested. */
  private last: Promise<unknown> = Promise.resolve()
  /** The revision that was last opened or saved, by the store's identity. */
  private readonly revisions = new Map<string, string>()

  private constructor(parts: Parts) {
    this.parts = parts
    this.searcher = searcherOf(parts)
    this.dimension = parts.rows.dimension
    this.dtype = parts.rows.memory.layout.dtype as 'f32' | 'bf16' | 'f16'
    this.shape = { dimension: this.dimension, dtype: this.dtype, columns: parts.columns }
  }

  /**
   * Creates an empty collection.
   *
   * @typeParam Columns the metadata columns and their types
   * @throws RowspaceError `INVALID_ARGUMENT` naming the option; `OUT_OF_MEMORY`; `UNSUPPORTED` without WebAssembly SIMD.
   */
  static async create<const Columns extends ColumnTypes = NoColumns>(
    options: CollectionOptions<Columns>,
  ): Promise<Collection<Columns>> {
    const given = readOptions(options, COLLECTION_OPTIONS, 'the options of Collection.create()')
    const { dimension, capacity = FIRST_CAPACITY, dtype = 'f32', core, codes, threads } = given
    checkCount(dimension, 'dimension', 1)
    checkCount(capacity, 'capacity', 1)
    if (dtype !== 'f32' && dtype !== 'bf16' && dtype !== 'f16') {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        `dtype must be 'f32', 'bf16' or 'f16'; got ${describe(dtype)}.`,
      )
    }
    const columns = makeColumns(given.columns === undefined ? {} : given.columns)
    const rows = await CollectionRows.create(core, { capacity, dimension, dtype, codes, threads })
    for (const column of columns.values()) column.reserve(capacity)
    return new Collection<Columns>({ rows, keys: new Keys(), columns })
  }

  /**
   * Opens a saved collection with its codes; only checksums and norms are computed. `columns` gives metadata its types.
   * Without it, conditions may name any column, and an unknown one is an error when the query runs.
   *
   * @param store a path (Node), or a store
   * @throws RowspaceError `NOT_FOUND`; `INVALID_FORMAT`, `TRUNCATED`, `CHECKSUM_MISMATCH` if the file is not a whole
   *   collection; `UNSUPPORTED` if a newer version saved it; as `create`; and `signal.reason`
   */
  static async open<const Columns extends ColumnTypes = ColumnTypes>(
    store: string | CollectionStore,
    options: OpenCollectionOptions<Columns> = {},
  ): Promise<Collection<Columns>> {
    const place = storeOf(store)
    const given = readOptions<OpenCollectionOptions<Columns>>(
      options,
      OPEN_OPTIONS,
      'the options of Collection.open()',
    )
    checkWatched(given)
    const { parts, revision } = await reporting(given, (onProgress) =>
      loadCollection(place, { ...given, onProgress }),
    )
    const collection = new Collection<Columns>(parts)
    collection.revisions.set(await identityOf(place), revision)
    return collection
  }

  /**
   * Copies a table into a new collection, without rows that were skipped as not finite (`nonFinite: 'skip'`). Keys are the
   * tokens, and ids for rows without a token, unless `keyOf` returns others.
   *
   * @throws RowspaceError as `create` and `add`
   */
  static fromTable<const Columns extends ColumnTypes = NoColumns>(
    table: EmbeddingTable,
    options: FromTableOptions<Columns> = {},
  ): Promise<Collection<Columns>> {
    return copyTable(table, options, (given) => Collection.create(given))
  }

  /** Number of entries. */
  get size(): number {
    return this.open().keys.size
  }

  /** Number of entries that fit before rows move. */
  get capacity(): number {
    return this.open().rows.capacity
  }

  /** A number that every change increases. */
  get version(): number {
    return this.changes + this.open().rows.generation
  }

  /** Whether there is an entry with this key. */
  has(key: Key): boolean {
    return this.open().keys.has(key)
  }

  /** The keys, in the order in which they were added. */
  keys(): IterableIterator<Key> {
    return this.open().keys[Symbol.iterator]()
  }

  /** A copy of an entry's vector, d numbers rounded to `dtype`. Throws `UNKNOWN_KEY`. */
  vector(key: Key): Float32Array {
    const { rows, keys } = this.open()
    return rows.memory.row(keys.placeOf(key))
  }

  /** An entry's vector without a copy, valid until rows move. Throws `UNKNOWN_KEY`. */
  view(key: Key): RowView {
    const { rows, keys } = this.open()
    return new RowView(key, rows, keys.placeOf(key))
  }

  /** An entry's metadata, with every column. Throws `UNKNOWN_KEY`. */
  metadata(key: Key): StoredMetadata<Columns> {
    const { keys, columns } = this.open()
    return metadataAt(columns, keys.placeOf(key))
  }

  /**
   * Adds entries and resolves to their keys. An entry without a key gets the integer after the largest key ever used.
   *
   * @throws RowspaceError `DUPLICATE_KEY`, unless `duplicates: 'overwrite'`; `DIMENSION_MISMATCH`, `NON_FINITE`,
   *   `INVALID_ARGUMENT`, naming the entry; `OUT_OF_MEMORY`. In each case no entry was added.
   */
  async add(entries: Entry<Columns> | Iterable<Entry<Columns>>, options: AddOptions = {}): Promise<Key[]> {
    this.open()
    const { duplicates = 'reject' } = readOptions(options, { duplicates: true }, 'the options of add()')
    if (duplicates !== 'reject' && duplicates !== 'overwrite') {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        `duplicates must be 'reject' or 'overwrite'; got ${describe(duplicates)}.`,
      )
    }
    const isList = typeof entries === 'object' && entries !== null && Symbol.iterator in entries
    const list = isList ? [...entries] : [entries]
    const read = list.map((entry, index) => readEntry(this.shape, entry, index))
    return this.change(async (parts) => {
      const keyed = nameEntries(parts.keys, read, duplicates)
      const fresh = new Set(keyed.map(({ key }) => key).filter((key) => !parts.keys.has(key)))
      await makeRoom(parts, fresh.size)
      this.changes++
      for (const entry of keyed) put(parts, entry)
      return keyed.map(({ key }) => key)
    })
  }

  /**
   * Changes an existing entry: its vector, the given metadata columns, or both.
   *
   * @throws RowspaceError `UNKNOWN_KEY`, or as `add`.
   */
  async set(
    key: Key,
    entry: { vector?: Vector | undefined; metadata?: Metadata<Columns> | undefined },
  ): Promise<void> {
    this.open()
    checkKey(key)
    const { vector, metadata } = readChange(this.shape, key, entry)
    await this.change(({ rows, keys, columns }) => {
      const place = keys.placeOf(key)
      this.changes++
      if (vector !== undefined) rows.write(place, vector)
      for (const [column, value] of metadata) columns.get(column)!.set(place, value)
    })
  }

  /** Deletes one or several entries. Throws `UNKNOWN_KEY` if one is missing; then no entry was deleted. */
  async delete(keys: Key | Iterable<Key>): Promise<void> {
    this.open()
    const all = readKeys(keys)
    await this.change((parts) => {
      for (const key of all) parts.keys.placeOf(key)
      this.changes++
      for (const key of all) remove(parts, key)
    })
  }

  /** Makes room for `capacity` entries in all, so that rows do not move while they are added. Throws `OUT_OF_MEMORY`. */
  async reserve(capacity: number): Promise<void> {
    this.open()
    checkCount(capacity, 'capacity', 1)
    await this.change((parts) => makeRoom(parts, capacity - parts.keys.size))
  }

  /** Closes the gaps of deleted rows, and frees memory if less than half is used. Views expire. */
  async compact(): Promise<void> {
    this.open()
    await this.change(async (parts) => {
      closeGaps(parts)
      await parts.rows.shrink()
      for (const column of parts.columns.values()) column.reserve(parts.rows.capacity)
    })
  }

  /**
   * Compacts the collection and saves it as one safetensors file. A failure leaves the old file unchanged.
   *
   * @param store a path (Node), or a store
   * @throws RowspaceError `LOCKED` while another writer saves; `CONFLICT` if another has saved since this collection was
   *   opened; `EXISTS` if the store holds something else (`overwrite: true` for either); `QUOTA_EXCEEDED`; `IO`; and
   *   `signal.reason`
   */
  async save(store: string | CollectionStore, options: SaveOptions = {}): Promise<void> {
    this.open()
    const place = storeOf(store)
    const given = readOptions(options, SAVE_OPTIONS, 'the options of save()')
    checkWatched(given)
    await this.change(async (parts) => {
      closeGaps(parts)
      const identity = await identityOf(place)
      const known = this.revisions.get(identity)
      const revision = await reporting(given, (onProgress) =>
        saveCollection(parts, place, known, { ...given, onProgress }),
      )
      this.revisions.set(identity, revision)
    })
  }

  /**
   * A filter from a condition on metadata, or from a test of key and metadata. It is evaluated once, and again after a
   * change.
   *
   * @typeParam Given the type of `wanted`, checked for undefined values and unknown columns
   * @throws RowspaceError `INVALID_ARGUMENT` for an unknown column or a value of another type
   */
  where<const Given extends Exclude<FilterInput<Columns>, Filter>>(
    wanted: Given & CheckedFilter<Given, Columns, OtherFilter>,
  ): Filter {
    const select = readFilter(this.open(), wanted)
    const filter = new Filter(this, () => {
      this.open()
      return select()
    })
    filter.places() // so that a failing function throws here
    return filter
  }

  /** A filter from a list of keys. Entries that are deleted later drop out. Throws `UNKNOWN_KEY`. */
  only(keys: Iterable<Key>): Filter {
    const wanted = readKeys(keys)
    for (const key of wanted) this.open().keys.placeOf(key)
    return new Filter(this, () => {
      const { rows, keys } = this.open()
      const there = [...wanted].filter((key) => keys.has(key))
      return IdSet.from(
        rows.used,
        there.map((key) => keys.placeOf(key)),
      )
    })
  }

  /**
   * The k entries nearest to an entry (left out itself unless `includeInputs`) or to a vector, best first.
   *
   * @throws RowspaceError `UNKNOWN_KEY`, `INVALID_ARGUMENT` for a filter that cannot be, and as EmbeddingTable.nearest.
   */
  nearest<const Given extends CollectionSearchOptions<Columns> = CollectionSearchOptions<Columns>>(
    query: Key | Vector,
    options?: Given & CheckedCollectionSearch<Given, Columns>,
  ): CollectionMatches<Columns> {
    const parts = this.open()
    const params = readCollectionQuestion(parts, this.searcher, this, options, 'the options of nearest()')
    parts.rows.prepare()
    return toCollectionMatches(parts, this.searcher.nearest(this.read(query), params))
  }

  /** As `nearest`, of many queries over one reading of the rows. Takes also n · d numbers as one Float32Array. */
  nearestBatch<const Given extends CollectionSearchOptions<Columns> = CollectionSearchOptions<Columns>>(
    queries: Iterable<Key | Vector> | Float32Array,
    options?: Given & CheckedCollectionSearch<Given, Columns>,
  ): CollectionMatches<Columns>[] {
    const parts = this.open()
    const what = 'the options of nearestBatch()'
    const params = readCollectionQuestion(parts, this.searcher, this, options, what)
    const list = queryList(queries as Iterable<Key | Vector>, this.dimension)
    parts.rows.prepare()
    const answers = this.searcher.nearestBatch(list, (query) => this.read(query), params)
    return answers.map((matches) => toCollectionMatches(parts, matches))
  }

  /** The cosine of two entries or vectors. Throws `UNKNOWN_KEY`, or as EmbeddingTable.similarity. */
  similarity(a: Key | Vector, b: Key | Vector): number {
    const { keys } = this.open()
    const first = this.read(a)
    return this.searcher.similarity(first, isRow(b) ? keys.placeOf(b) : checkVector(b, this.dimension))
  }

  /**
   * Copies the entries into an EmbeddingTable, for analogies, bulk queries or KeyedVectors. Its ids follow the order of
   * `keys()`. Its tokens are the keys if all of them are strings.
   *
   * @throws RowspaceError `INVALID_ARGUMENT` if there are no entries; as EmbeddingTable.fill
   */
  async toTable(options: Omit<TableOptions, 'tokens'> = {}): Promise<EmbeddingTable> {
    return copyEntries(this.open(), options)
  }

  /** Frees the memory once running changes are done. Every later query and change throws `DISPOSED`. */
  dispose(): void {
    const parts = this.parts
    this.parts = undefined
    void this.last.catch(() => {}).then(() => parts?.rows.dispose())
  }

  /** As `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose()
  }

  private open(): Parts {
    if (this.parts !== undefined) return this.parts
    throw new RowspaceError('DISPOSED', 'This collection was disposed. Create or open another.')
  }

  /** Runs a change after all earlier ones. */
  private change<Result>(work: (parts: Parts) => Result | Promise<Result>): Promise<Result> {
    const done = this.last.catch(() => {}).then(() => work(this.open()))
    this.last = done
    return done
  }

  private read(query: Key | Vector): PreparedQuery {
    if (!isRow(query)) return vectorQuery(checkVector(query, this.dimension), NO_IDS)
    const place = this.open().keys.placeOf(query)
    return {
      inputs: [place],
      write(memory, metric, index) {
        const inverseNorm = memory.askWithRow(place, index)
        if (metric === 'cosine' && inverseNorm === 0) throw zeroQuery(`entry ${describe(query)} is all zeros`)
        return inverseNorm
      },
    }
  }
}
