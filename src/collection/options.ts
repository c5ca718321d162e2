/** What a collection is made of: keys, vectors, metadata. */

import { type Metric, TABLE_OPTIONS, type TableOptions } from '../core/options.ts'
import type { KeysOf } from '../core/strict-options.ts'
import type { Condition } from '../metadata/condition.ts'
import type { ColumnTypes, Metadata, NoColumns, StoredMetadata } from '../metadata/types.ts'
import type { CoreSource } from '../table/load-core.ts'
import type { Filter } from './filter.ts'

/** What an entry is known by. Whole numbers from 0 are given out where the caller names none. */
export type Key = string | number

export type Vector = Float32Array | readonly number[]

export interface Entry<Columns extends ColumnTypes = NoColumns> {
  key?: Key | undefined
  /** d numbers, finite in the collection's element type. */
  vector: Vector
  metadata?: Metadata<Columns> | undefined
}

export interface CollectionOptions<Columns extends ColumnTypes = NoColumns> {
  /** Columns of a vector, d. */
  dimension: number
  /** Metadata columns, by name. */
  columns?: Columns | undefined
  /** Rows to have room for from the start; it doubles when it is full. 1,024 unless given. */
  capacity?: number | undefined
  /** How rows are kept; 'f32' unless given. */
  dtype?: 'f32' | 'bf16' | 'f16' | undefined
  /** As for tables: codes to search by. */
  codes?: boolean | undefined
  /** As for tables: threads that search. */
  threads?: number | 'auto' | undefined
  /** As for tables: the core to run on. */
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

export interface CollectionSearchOptions<Columns extends ColumnTypes = NoColumns> {
  /** How many: 10 unless given. */
  k?: number | undefined
  /** What to rank by; 'cosine' unless given. */
  metric?: Metric | undefined
  /** The least score of an entry in the answer: a cosine, or a dot product with metric 'dot'. */
  minScore?: number | undefined
  /** Keys to leave out. */
  exclude?: Iterable<Key> | undefined
  /** Entries to choose among: what `where` made, a condition, or a test that is run on each entry. */
  filter?: FilterInput<Columns> | undefined
  /** Whether the entry that was asked with may be in the answer. False unless given. */
  includeInputs?: boolean | undefined
}

/** What a filter may be: a condition, a test that is run on each entry, or what `where` and `only` made. */
export type FilterInput<Columns extends ColumnTypes> =
  | Filter
  | Condition<Columns>
  | ((key: Key, metadata: StoredMetadata<Columns>) => boolean)

/**
 * A filter as it was written, with nothing in it that may be undefined and no unknown column: `{ tenant: user.tenant }` is a type error
 * where the tenant may be missing, also without exactOptionalPropertyTypes.
 */
export type CheckedFilter<Given, Columns> = Given extends Filter | ((...values: never) => unknown)
  ? Given
  : Given extends readonly (infer Element)[]
    ? readonly CheckedFilter<Element, Columns>[]
    : { [Name in keyof Given]: Name extends keyof Columns ? Defined<Required<Given>[Name]> : never }

type Defined<Given> = undefined extends Given
  ? never
  : Given extends object
    ? { [Name in keyof Given]: undefined extends Required<Given>[Name] ? never : Given[Name] }
    : Given

/** Search options as they were written, with their filter checked. */
export type CheckedSearch<Given, Columns> = {
  [Name in keyof Given]: Name extends 'filter'
    ? CheckedFilter<Exclude<Given[Name], undefined>, Columns> | undefined
    : Name extends keyof CollectionSearchOptions<ColumnTypes>
      ? Given[Name]
      : never
}

export const COLLECTION_SEARCH_OPTIONS: KeysOf<CollectionSearchOptions<ColumnTypes>> = {
  k: true,
  metric: true,
  minScore: true,
  exclude: true,
  filter: true,
  includeInputs: true,
}

export interface AddOptions {
  /** What becomes of an entry whose key is there already: an error ('reject', the default), or it is replaced ('overwrite'). */
  duplicates?: 'reject' | 'overwrite' | undefined
}

/** From a table to a collection. */
export interface FromTableOptions<Columns extends ColumnTypes = NoColumns>
  extends Omit<CollectionOptions<Columns>, 'dimension'> {
  /** The key of a row: its token unless given, or its id where it has none or another row has it too. */
  keyOf?: ((id: number) => Key) | undefined
  metadataOf?: ((id: number) => Metadata<Columns>) | undefined
}

const { dimension: _, ...WITHOUT_DIMENSION } = COLLECTION_OPTIONS
export const FROM_TABLE_OPTIONS: KeysOf<FromTableOptions<ColumnTypes>> = {
  ...WITHOUT_DIMENSION,
  keyOf: true,
  metadataOf: true,
}

const { tokens: __, ...WITHOUT_TOKENS } = TABLE_OPTIONS
/** From a collection to a table. */
export const TO_TABLE_OPTIONS: KeysOf<Omit<TableOptions, 'tokens'>> = WITHOUT_TOKENS
