/** Collection: rows that can be changed, with keys, and metadata to filter by. */

import { INSPECT } from '../core/inspect.ts'
import type { TableOptions } from '../core/options.ts'
import { readChecked, WATCHED } from '../core/strict-options.ts'
import { checkCount } from '../core/values.ts'
import type { CheckedFilter } from '../metadata/condition.ts'
import type { ColumnTypes, Metadata, NoColumns, StoredMetadata } from '../metadata/types.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import type { AddOptions } from './changes.ts'
import * as changes from './changes.ts'
import { copyEntries, type FromTableOptions, readTable, readTableOptions } from './convert.ts'
import { type CollectionOptions, createParts } from './create.ts'
import { type Entry, readChange, readEntries } from './entries.ts'
import { Filter, type FilterInput, type OtherFilter, readFilter, readKeyFilter } from './filter.ts'
import { type Key, readKeys } from './keys.ts'
import { loadCollection, OPEN_OPTIONS, type OpenCollectionOptions } from './load.ts'
import { disposed, metadataAt, type Parts, versionOf } from './parts.ts'
import { RowView } from './row-view.ts'
import type { RowType, Vector } from './rows.ts'
import { type Revisions, SAVE_OPTIONS, type SaveOptions, saveCollection } from './save.ts'
import {
  type CheckedCollectionSearch,
  type CollectionMatches,
  type CollectionSearchOptions,
  nearest,
  nearestBatch,
  similarity,
} from './search.ts'
import { storeOf } from './stores/file-store.ts'
import type { CollectionStore } from './stores/store.ts'

/**
 * Vectors of one dimension, each with a key and metadata, in one WebAssembly memory that grows. Queries are
 * synchronous and exact, with the bits that an EmbeddingTable of the same rows gives; of equal scores, the
 * entry added first comes first. Changes are promises and run one after the other in the order of the calls.
 * Arguments are checked and copied at the call, and a rejected change has changed nothing.
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
  readonly dtype: RowType
  #parts: Parts | undefined
  readonly #revisions: Revisions
  /** The last change that was requested. */
  #last: Promise<unknown> = Promise.resolve()

  private constructor(parts: Parts, revisions: Revisions = new Map()) {
    this.#parts = parts
    this.#revisions = revisions
    this.dimension = parts.rows.dimension
    this.dtype = parts.rows.dtype
  }

  /**
   * Creates an empty collection.
   *
   * @typeParam Columns the metadata columns and their types
   * @throws RowspaceError `INVALID_ARGUMENT` naming the option; `OUT_OF_MEMORY`; `UNSUPPORTED` without SIMD
   */
  static async create<const Columns extends ColumnTypes = NoColumns>(
    options: CollectionOptions<Columns>,
  ): Promise<Collection<Columns>> {
    return new Collection<Columns>(await createParts(options))
  }

  /**
   * Opens a saved collection with its codes; only checksums and norms are computed. `columns` gives metadata
   * its types. Without it, conditions may name any column; an unknown one is an error at the query.
   *
   * @param store a path (Node), or a store
   * @throws RowspaceError `NOT_FOUND`; `INVALID_FORMAT`, `TRUNCATED`, `CHECKSUM_MISMATCH` if the file is not
   *   a whole collection; `UNSUPPORTED` if a newer version saved it; as `create`; and `signal.reason`
   */
  static async open<const Columns extends ColumnTypes = ColumnTypes>(
    store: string | CollectionStore,
    options: OpenCollectionOptions<Columns> = {},
  ): Promise<Collection<Columns>> {
    const place = storeOf(store)
    const keys = { ...OPEN_OPTIONS, ...WATCHED }
    const given = readChecked(options, keys, 'the options of Collection.open()')
    const { parts, revisions } = await loadCollection(place, given)
    return new Collection<Columns>(parts, revisions)
  }

  /**
   * Copies a table into a new collection, without rows that were skipped as not finite (`nonFinite: 'skip'`).
   * Keys are the tokens, and ids for rows without a token, unless `keyOf` returns others.
   *
   * @throws RowspaceError as `create` and `add`
   */
  static async fromTable<const Columns extends ColumnTypes = NoColumns>(
    table: EmbeddingTable,
    options: FromTableOptions<Columns> = {},
  ): Promise<Collection<Columns>> {
    const read = readTable(table, options)
    const collection = await Collection.create<Columns>(read.options)
    try {
      for (const entries of read.entries) await collection.add(entries)
      return collection
    } catch (error) {
      collection.dispose()
      throw error
    }
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
    return versionOf(this.open())
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
    const parts = this.open()
    return metadataAt(parts, parts.keys.placeOf(key))
  }

  /**
   * Adds entries and resolves to their keys: where none is given, the integer after the largest ever used.
   *
   * @throws RowspaceError `DUPLICATE_KEY`, unless `duplicates: 'overwrite'`; `DIMENSION_MISMATCH`,
   *   `NON_FINITE`, `INVALID_ARGUMENT`, naming the entry; `OUT_OF_MEMORY`. In each case no entry was added.
   */
  async add(entries: Entry<Columns> | Iterable<Entry<Columns>>, options: AddOptions = {}): Promise<Key[]> {
    const duplicates = changes.readDuplicates(options)
    const read = readEntries(this.open(), entries)
    return await this.change((parts) => changes.addEntries(parts, read, duplicates))
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
    const change = readChange(this.open(), key, entry)
    await this.change((parts) => changes.changeEntry(parts, key, change))
  }

  /** Deletes one or several entries. Throws `UNKNOWN_KEY` if one is missing; then no entry was deleted. */
  async delete(keys: Key | Iterable<Key>): Promise<void> {
    const list = readKeys(keys)
    await this.change((parts) => changes.deleteEntries(parts, list))
  }

  /** Makes room for `capacity` entries in all, so that rows need not move. Throws `OUT_OF_MEMORY`. */
  async reserve(capacity: number): Promise<void> {
    checkCount(capacity, 'capacity', 1)
    return this.change((parts) => changes.makeRoom(parts, capacity - parts.keys.size))
  }

  /** Closes the gaps of deleted rows, and frees memory if less than half is used. Views expire. */
  async compact(): Promise<void> {
    return this.change(changes.compact)
  }

  /**
   * Compacts the collection and saves it as one safetensors file. A failure leaves the old file unchanged.
   *
   * @param store a path (Node), or a store
   * @throws RowspaceError `LOCKED` while another writer saves; `CONFLICT` if another has saved since this
   *   collection was opened; `EXISTS` if the store holds something else (`overwrite: true` for either);
   *   `QUOTA_EXCEEDED`; `IO`; and `signal.reason`
   */
  async save(store: string | CollectionStore, options: SaveOptions = {}): Promise<void> {
    const [place, given] = [storeOf(store), readChecked(options, SAVE_OPTIONS, 'the options of save()')]
    return this.change((parts) => saveCollection(parts, place, this.#revisions, given))
  }

  /**
   * A filter from a condition on metadata, or from a test of key and metadata. It is evaluated once, and
   * again after a change.
   *
   * @typeParam Given the type of `wanted`, checked for undefined values and unknown columns
   * @throws RowspaceError `INVALID_ARGUMENT` for an unknown column or a value of another type
   */
  where<const Given extends Exclude<FilterInput<Columns>, Filter>>(
    wanted: Given & CheckedFilter<Given, Columns, OtherFilter>,
  ): Filter {
    const parts = this.open()
    return new Filter(parts, readFilter(parts, wanted))
  }

  /** A filter from a list of keys. Entries that are deleted later drop out. Throws `UNKNOWN_KEY`. */
  only(keys: Iterable<Key>): Filter {
    const parts = this.open()
    return new Filter(parts, readKeyFilter(parts, keys))
  }

  /**
   * The k entries nearest to an entry (left out itself unless `includeInputs`) or to a vector, best first.
   *
   * @throws RowspaceError `UNKNOWN_KEY`, `INVALID_ARGUMENT` for a filter that cannot be, and as
   *   EmbeddingTable.nearest.
   */
  nearest<const Given extends CollectionSearchOptions<Columns> = CollectionSearchOptions<Columns>>(
    query: Key | Vector,
    options?: Given & CheckedCollectionSearch<Given, Columns>,
  ): CollectionMatches<Columns> {
    return nearest<Columns>(this.open(), query, options)
  }

  /** As `nearest`, of many queries (or n · d numbers as one Float32Array) over one reading of the rows. */
  nearestBatch<const Given extends CollectionSearchOptions<Columns> = CollectionSearchOptions<Columns>>(
    queries: Iterable<Key | Vector> | Float32Array,
    options?: Given & CheckedCollectionSearch<Given, Columns>,
  ): CollectionMatches<Columns>[] {
    return nearestBatch<Columns>(this.open(), queries as Iterable<Key | Vector>, options)
  }

  /** The cosine of two entries or vectors. Throws `UNKNOWN_KEY`, or as EmbeddingTable.similarity. */
  similarity(a: Key | Vector, b: Key | Vector): number {
    return similarity(this.open(), a, b)
  }

  /**
   * Copies the entries into an EmbeddingTable, for analogies, bulk queries or KeyedVectors. Its ids follow
   * the order of `keys()`. Its tokens are the keys if all of them are strings. Later changes wait for it.
   *
   * @throws RowspaceError `INVALID_ARGUMENT` if there are no entries; as EmbeddingTable.fill
   */
  async toTable(options: Omit<TableOptions, 'tokens'> = {}): Promise<EmbeddingTable> {
    const given = readTableOptions(options)
    return this.change((parts) => copyEntries(parts, given))
  }

  /** Frees the memory once running changes are done. Every later query and change throws `DISPOSED`. */
  dispose(): void {
    const parts = this.#parts
    this.#parts = undefined
    void this.#last.catch(() => {}).then(() => parts?.rows.dispose())
  }

  /** As `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose()
  }

  /** What console.log prints. @internal */
  [INSPECT](): string {
    return `Collection(${this.#parts?.keys.size ?? 0} x ${this.dimension}, ${this.dtype})`
  }

  private open(): Parts {
    if (this.#parts !== undefined) return this.#parts
    throw disposed()
  }

  /** Runs a change, or a copy that no change may disturb, after all earlier ones. */
  private change<Result>(work: (parts: Parts) => Result | Promise<Result>): Promise<Result> {
    this.open()
    const next = () => work(this.open())
    const done = this.#last.then(next, next)
    this.#last = done
    return done
  }
}
