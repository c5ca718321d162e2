/** A collection whose rows stay in its file: keys and metadata are in memory, and answers are promises. */

import { RowspaceError } from '../core/errors.ts'
import { namedQuery } from '../core/named-query.ts'
import type { Query } from '../core/options.ts'
import { type KeysOf, readChecked } from '../core/strict-options.ts'
import { readList } from '../core/values.ts'
import type { CheckedFilter, CheckedSearch } from '../metadata/condition.ts'
import type { ColumnTypes, NoColumns, StoredMetadata } from '../metadata/types.ts'
import {
  type LoadIndexOptions,
  STORED_SEARCH,
  type StoredSearchOptions,
  type Traffic,
} from '../stored/options.ts'
import type { StoredTable } from '../stored/stored-table.ts'
import { checkVector, isRow, queryList, readSearchOptions } from '../table/arguments.ts'
import type { AsyncOptions } from '../table/async-table.ts'
import { Matches } from '../table/matches.ts'
import { Filter, type FilterInput, type OtherFilter, readFilter, readKeyFilter } from './filter.ts'
import type { Key } from './keys.ts'
import { type Entries, metadataAt } from './parts.ts'
import type { Vector } from './rows.ts'
import { type CollectionMatches, type CollectionSearchOptions, toEntries } from './search.ts'

/** Options of `nearest` and `nearestBatch` on a collection whose rows stay in its file. */
export interface StoredCollectionSearchOptions<Columns extends ColumnTypes = NoColumns>
  extends CollectionSearchOptions<Columns>,
    AsyncOptions {}

const SEARCH: KeysOf<StoredCollectionSearchOptions> = STORED_SEARCH

/** These options with their filter checked. */
type Checked<Given, Columns> = CheckedSearch<Given, StoredCollectionSearchOptions, Columns, OtherFilter>

/**
 * A collection that `viewCollection` opened, to be read only. Answers are those of a Collection, to the bit.
 * Close it.
 */
export class StoredCollection<Columns extends ColumnTypes = NoColumns> {
  /** Number of entries. */
  readonly size: number
  /** Columns of a vector, d. */
  readonly dimension: number
  /** The element type of the stored rows. */
  readonly dtype: string
  readonly #table: StoredTable
  #entries: Entries | undefined

  /** @internal */
  constructor(table: StoredTable, entries: Entries) {
    this.size = table.size
    this.dimension = table.dimension
    this.dtype = table.dtype
    this.#table = table
    this.#entries = entries
  }

  /** What was read so far. */
  get traffic(): Traffic {
    return this.#table.traffic
  }

  /** Whether there is an entry with this key. */
  has(key: Key): boolean {
    return this.#open().keys.has(key)
  }

  /** The keys, in the order in which they were added. */
  keys(): IterableIterator<Key> {
    return this.#open().keys[Symbol.iterator]()
  }

  /** An entry's metadata, with every column. Throws `UNKNOWN_KEY`. */
  metadata(key: Key): StoredMetadata<Columns> {
    const entries = this.#open()
    return metadataAt(entries, entries.keys.placeOf(key))
  }

  /** An entry's vector, d numbers. Only its bytes are read. Throws `UNKNOWN_KEY`, and what the source throws. */
  async vector(key: Key, options: AsyncOptions = {}): Promise<Float32Array> {
    return this.#table.row(this.#open().keys.placeOf(key), options)
  }

  /**
   * A filter from a condition on metadata, or from a test of key and metadata, as Collection.where.
   *
   * @typeParam Given the type of `wanted`, checked for undefined values and unknown columns
   */
  where<const Given extends Exclude<FilterInput<Columns>, Filter>>(
    wanted: Given & CheckedFilter<Given, Columns, OtherFilter>,
  ): Filter {
    const entries = this.#open()
    return new Filter(entries, readFilter(entries, wanted))
  }

  /** A filter from a list of keys. Throws `UNKNOWN_KEY`. */
  only(keys: Iterable<Key>): Filter {
    const entries = this.#open()
    return new Filter(entries, readKeyFilter(entries, keys))
  }

  /** The cosine of two entries or vectors. Throws `UNKNOWN_KEY`, or as StoredTable.similarity. */
  async similarity(a: Key | Vector, b: Key | Vector, options: AsyncOptions = {}): Promise<number> {
    const { keys } = this.#open()
    const placeOf = (query: Key | Vector) => (isRow(query) ? keys.placeOf(query) : query)
    return this.#table.similarity(placeOf(a), placeOf(b), options)
  }

  /**
   * Reads the codes now instead of at the first search.
   *
   * @throws RowspaceError as `nearest`
   */
  async loadIndex(options: LoadIndexOptions = {}): Promise<void> {
    this.#open()
    if (this.size > 0) await this.#table.loadIndex(options)
  }

  /**
   * The k entries nearest to an entry or a vector, best first, as Collection.nearest. A few rows are read.
   *
   * @throws RowspaceError as Collection.nearest; `NOT_FOUND` where there are no codes; `CHANGED` for an index
   *   of other rows, and where a row has changed; `CHECKSUM_MISMATCH`; what the source throws
   */
  async nearest<const Given extends StoredCollectionSearchOptions<Columns>>(
    query: Key | Vector,
    options?: Given & Checked<Given, Columns>,
  ): Promise<CollectionMatches<Columns>> {
    const entries = this.#open()
    const given = this.#read(entries, options, 'the options of nearest()')
    const place = this.#placeOf(entries, query)
    if (this.size === 0) return toEntries(entries, NOTHING)
    return toEntries(entries, await this.#table.nearest(place, given))
  }

  /** As `nearest`, of many queries: the codes are scanned once, and rows are read for all of them together. */
  async nearestBatch<const Given extends StoredCollectionSearchOptions<Columns>>(
    queries: Iterable<Key | Vector> | Float32Array,
    options?: Given & Checked<Given, Columns>,
  ): Promise<CollectionMatches<Columns>[]> {
    const entries = this.#open()
    const given = this.#read(entries, options, 'the options of nearestBatch()')
    const list = queryList(queries as Iterable<Query>, this.dimension)
    const places = list.map((query, index) => namedQuery(index, () => this.#placeOf(entries, query)))
    if (this.size === 0) return list.map(() => toEntries(entries, NOTHING))
    const answers = await this.#table.nearestBatch(places, given)
    return answers.map((matches) => toEntries(entries, matches))
  }

  /** Closes the file and frees the memory. Every later call throws `DISPOSED`. Calling it twice is harmless. */
  async close(): Promise<void> {
    this.#entries = undefined
    await this.#table.close()
  }

  /** As `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #placeOf({ keys }: Entries, query: Key | Vector): Query {
    return isRow(query) ? keys.placeOf(query) : checkVector(query, this.dimension)
  }

  /** Checks the options at the call, and resolves keys and conditions. */
  #read(
    entries: Entries,
    options: StoredCollectionSearchOptions<Columns> | undefined,
    what: string,
  ): StoredSearchOptions {
    const { filter, exclude, ...others } = readChecked(
      options,
      SEARCH as KeysOf<typeof options & object>,
      what,
    )
    readSearchOptions(others)
    const given: StoredSearchOptions = others
    if (filter instanceof Filter) given.filter = filter.placesIn(entries)
    else if (filter !== undefined) given.filter = readFilter(entries, filter)()
    if (exclude !== undefined) {
      given.exclude = readList(exclude, 'keys').map((key) => entries.keys.placeOf(key))
    }
    return given
  }

  #open(): Entries {
    if (this.#entries !== undefined) return this.#entries
    throw new RowspaceError('DISPOSED', 'This collection was closed. Open it again.')
  }
}

const NOTHING = new Matches(new Uint32Array(0), new Float32Array(0), new Float32Array(0), (id) => ({
  id,
  token: undefined,
}))
