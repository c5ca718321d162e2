/** Answers queries to a collection: keys to places, the searcher's work, and places to entries. */

import type { TableMemory } from '../../bindings/table-memory.ts'
import { type Metric, SEARCH_OPTIONS, type SearchOptions } from '../core/options.ts'
import { readOptions } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
import type { CheckedSearch } from '../metadata/condition.ts'
import type { ColumnTypes, NoColumns, StoredMetadata } from '../metadata/types.ts'
import { checkVector, isRow, queryList, zeroQuery } from '../table/arguments.ts'
import { Matches } from '../table/matches.ts'
import { NO_IDS, type PreparedQuery, vectorQuery } from '../table/query.ts'
import type { SearchParams } from '../table/searcher.ts'
import { Filter, type FilterInput, type OtherFilter, readFilter } from './filter.ts'
import type { Key } from './keys.ts'
import { type Entries, metadataAt, type Parts } from './parts.ts'
import type { Vector } from './rows.ts'

/** Options of `nearest` and `nearestBatch` on a collection. */
export interface CollectionSearchOptions<Columns extends ColumnTypes = NoColumns>
  extends Omit<SearchOptions, 'exclude' | 'filter'> {
  /** Keys to leave out. */
  exclude?: Iterable<Key> | undefined
  /** The entries to search: a Filter, a condition on metadata, or a test that runs on every entry. */
  filter?: FilterInput<Columns> | undefined
}

/** Search options of a collection with their filter checked. */
export type CheckedCollectionSearch<Given, Columns> = CheckedSearch<
  Given,
  CollectionSearchOptions,
  Columns,
  OtherFilter
>

/** One entry of an answer. */
export interface CollectionMatch<Columns extends ColumnTypes = NoColumns> {
  /** The entry's key. */
  key: Key
  /** The cosine similarity with the query, −1 … 1. */
  cosine: number
  /** The dot product with the query. */
  dot: number
  /** The entry's metadata at the time of the query. */
  metadata: StoredMetadata<Columns>
}

/** Matches by key. They do not change with the collection. */
export class CollectionMatches<Columns extends ColumnTypes = NoColumns> extends Matches<
  CollectionMatch<Columns>,
  readonly Key[]
> {
  /** The key of each match; the same list as `ids`. */
  get keys(): readonly Key[] {
    return this.ids
  }
}

type Options<Columns extends ColumnTypes> = CollectionSearchOptions<Columns> | undefined

export function nearest<Columns extends ColumnTypes>(
  parts: Parts,
  query: Key | Vector,
  options: Options<Columns>,
): CollectionMatches<Columns> {
  const params = readParams(parts, options, 'the options of nearest()')
  parts.rows.prepare()
  return toEntries(parts, parts.searcher.nearest(readQuery(parts, query), params))
}

export function nearestBatch<Columns extends ColumnTypes>(
  parts: Parts,
  queries: Iterable<Key | Vector>,
  options: Options<Columns>,
): CollectionMatches<Columns>[] {
  const params = readParams(parts, options, 'the options of nearestBatch()')
  const list = queryList(queries, parts.rows.dimension)
  parts.rows.prepare()
  const answers = parts.searcher.nearestBatch(list, (query) => readQuery(parts, query), params)
  return answers.map((matches) => toEntries(parts, matches))
}

export function similarity(parts: Parts, a: Key | Vector, b: Key | Vector): number {
  const { keys, rows, searcher } = parts
  const first = readQuery(parts, a)
  return searcher.similarity(first, isRow(b) ? keys.placeOf(b) : checkVector(b, rows.dimension))
}

function readParams<Columns extends ColumnTypes>(
  parts: Parts,
  options: Options<Columns>,
  what: string,
): SearchParams {
  const { filter, ...others } = readOptions<CollectionSearchOptions<Columns>>(options, SEARCH_OPTIONS, what)
  const search: SearchOptions = others
  if (filter instanceof Filter) search.filter = filter.placesIn(parts)
  else if (filter !== undefined) search.filter = readFilter(parts, filter)()
  return parts.searcher.params(search)
}

function readQuery({ keys, rows }: Parts, query: Key | Vector): PreparedQuery {
  if (!isRow(query)) return vectorQuery(checkVector(query, rows.dimension), NO_IDS)
  return new KeyQuery(query, keys.placeOf(query))
}

/** A class, because a query by key is made millions of times: an object with a method costs more. */
class KeyQuery implements PreparedQuery {
  constructor(
    private readonly key: Key,
    private readonly place: number,
  ) {}

  get inputs(): readonly number[] {
    return [this.place]
  }

  write(memory: TableMemory, metric: Metric, index: number): number {
    const inverseNorm = memory.queryByRow(this.place, index)
    if (metric === 'cosine' && inverseNorm === 0) throw zeroQuery(`entry ${describe(this.key)} is all zeros`)
    return inverseNorm
  }
}

/** Reads keys and metadata now, because the collection may change. */
export function toEntries<Columns extends ColumnTypes>(
  parts: Entries,
  { ids, cosines, dots, stats }: Matches,
): CollectionMatches<Columns> {
  const keys = Array.from(ids, (place) => parts.keys.keyAt(place))
  const metadata = Array.from(ids, (place) => metadataAt<Columns>(parts, place))
  return new CollectionMatches<Columns>(
    keys,
    cosines,
    dots,
    (key, index) => ({ key, metadata: metadata[index] as StoredMetadata<Columns> }),
    stats,
  )
}
