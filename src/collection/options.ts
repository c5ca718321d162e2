/** Options of collections, and the entries they take. */

import { type Metric, TABLE_OPTIONS, type TableOptions } from '../core/options.ts'
import type { KeysOf } from '../core/strict-options.ts'
import type { CheckedSearch, Condition } from '../metadata/condition.ts'
import type { ColumnTypes, Metadata, NoColumns, StoredMetadata } from '../metadata/types.ts'
import type { CoreSource } from '../table/load-core.ts'
import type { Filter } from './filter.ts'

/** The key of an entry: a string or an integer ≥ 0. */
export type Key = string | number

/** d numbers. */
export type Vector = Float32Array | readonly number[]

/** An entry to add. */
export interface Entry<Columns extends ColumnTypes = NoColumns> {
  /** Default: the integer after the largest key ever used. */
  key?: Key | undefined
  /** d numbers, finite in the collection's element type. */
  vector: Vector
  /** One value per column; missing values are null. */
  metadata?: Metadata<Columns> | undefined
}

/** Options of `Collection.create`. */
export interface CollectionOptions<Columns extends ColumnTypes = NoColumns> {
  /** Columns of a vector, d. */
  dimension: number
  /** Metadata columns, by name: { year: 'number' }. Default none. */
  columns?: Columns | undefined
  /** Rows to make room for at first; it doubles when full. Default 1,024. */
  capacity?: number | undefined
  /** The element type to store rows in. Default 'f32'. */
  dtype?: 'f32' | 'bf16' | 'f16' | undefined
  /** Whether to search by int8 codes, as for EmbeddingTable. */
  codes?: boolean | undefined
  /** Threads that search, as for EmbeddingTable. */
  threads?: number | 'auto' | undefined
  /** The WebAssembly core, as for EmbeddingTable. */
  core?: CoreSource | undefined
}

export const COLLECTION_OPTIONS: KeysOf<CollectionOptions<ColumnTypes>> = {
  dimension: true,
  columns: true,
  capacity: true,
  dtype: true,
  codes: true,
  threads: true,
  core: true,
}

/** Options of `nearest` and `nearestBatch` on a collection. */
export interface CollectionSearchOptions<Columns extends ColumnTypes = NoColumns> {
  /** Number of matches, at most. Default 10. */
  k?: number | undefined
  /** The score to rank by. Default 'cosine'. */
  metric?: Metric | undefined
  /** Minimum score, by `metric`, of a match. */
  minScore?: number | undefined
  /** Keys to leave out. */
  exclude?: Iterable<Key> | undefined
  /** The entries to search: a Filter, a condition on metadata, or a test that runs on every entry. */
  filter?: FilterInput<Columns> | undefined
  /** Whether the entry of the query may be in the answer. Default false. */
  includeInputs?: boolean | undefined
}

/** A Filter, a condition, or a test that runs on every entry. */
export type FilterInput<Columns extends ColumnTypes> =
  | Filter
  | Condition<Columns>
  | ((key: Key, metadata: StoredMetadata<Columns>) => boolean)

/** Filters that are not conditions. */
export type OtherFilter = Filter | ((...values: never) => unknown)

/** Search options of a collection with their filter checked. */
export type CheckedCollectionSearch<Given, Columns> = CheckedSearch<
  Given,
  CollectionSearchOptions,
  Columns,
  OtherFilter
>

export const COLLECTION_SEARCH_OPTIONS: KeysOf<CollectionSearchOptions<ColumnTypes>> = {
  k: true,
  metric: true,
  minScore: true,
  exclude: true,
  filter: true,
  includeInputs: true,
}

/** Options of `add`. */
export interface AddOptions {
  /** What becomes of an entry whose key is there already: an error ('reject', the default), or it is replaced ('overwrite'). */
  duplicates?: 'reject' | 'overwrite' | undefined
}

/** Options of `Collection.fromTable`. */
export interface FromTableOptions<Columns extends ColumnTypes = NoColumns>
  extends Omit<CollectionOptions<Columns>, 'dimension'> {
  /** Returns the key of a row. Default: its token, or its id if it has no token or an earlier row has the same one. */
  keyOf?: ((id: number) => Key) | undefined
  /** Returns the metadata of a row. */
  metadataOf?: ((id: number) => Metadata<Columns>) | undefined
}

const { dimension: _, ...WITHOUT_DIMENSION } = COLLECTION_OPTIONS
export const FROM_TABLE_OPTIONS: KeysOf<FromTableOptions<ColumnTypes>> = {
  ...WITHOUT_DIMENSION,
  keyOf: true,
  metadataOf: true,
}

const { tokens: __, ...WITHOUT_TOKENS } = TABLE_OPTIONS
/** Options of `toTable`. */
export const TO_TABLE_OPTIONS: KeysOf<Omit<TableOptions, 'tokens'>> = WITHOUT_TOKENS
