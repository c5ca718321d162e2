/** The answer to a query to a collection: entries, best first, by key. */
import type { ColumnTypes, NoColumns, StoredMetadata } from '../metadata/types.ts'
import { Matches } from '../table/matches.ts'
import type { Key } from './keys.ts'

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
