/** From a question to a collection to one that the searcher answers, and back. */

import { RowspaceError } from '../core/errors.ts'
import { IdSet } from '../core/id-set.ts'
import { readOptions } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
import type { Column } from '../metadata/columns.ts'
import { parseCondition } from '../metadata/parse-condition.ts'
import { select } from '../metadata/select.ts'
import type { ColumnTypes, StoredMetadata, Value } from '../metadata/types.ts'
import type { Matches } from '../table/matches.ts'
import { Searcher, type SearchParams } from '../table/searcher.ts'
import { Filter } from './filter.ts'
import type { Keys } from './keys.ts'
import { CollectionMatches } from './matches.ts'
import { COLLECTION_SEARCH_OPTIONS, type CollectionSearchOptions } from './options.ts'
import type { CollectionRows } from './rows.ts'

/** What a collection is made of. */
export interface Parts {
  rows: CollectionRows
  keys: Keys
  columns: ReadonlyMap<string, Column>
}

/** Answers a collection's queries: rows are places, and there are no tokens. */
export function searcherOf({ rows, keys }: Parts): Searcher {
  return new Searcher({
    get size() {
      return rows.used
    },
    get live() {
      return rows.live
    },
    memory: () => rows.memory,
    ids: (list) => {
      if (typeof list === 'object' && list !== null && Symbol.iterator in list) {
        return Array.from(list, (key) => keys.placeOf(key))
      }
      throw new RowspaceError('INVALID_ARGUMENT', `a list of keys was expected; got ${describe(list)}`)
    },
    idSet: (test) => IdSet.where(rows.used, (place) => test(place, undefined)),
    tokenOf: () => undefined,
  })
}

/** What `filter` may be, as places that can be asked for again. Throws `INVALID_ARGUMENT` for a condition that is none. */
export function readFilter(parts: Parts, wanted: unknown): () => IdSet {
  const { rows, keys, columns } = parts
  if (typeof wanted !== 'function') {
    const condition = parseCondition(columns, wanted)
    return () => select(condition, rows.used)
  }
  const passes = (place: number) => isTrue(wanted(keys.keyAt(place), metadataAt(columns, place)))
  return () => IdSet.where(rows.used, (place) => rows.live.has(place) && passes(place))
}

/** A promise is neither true nor false, but JavaScript takes it for true: it would let every entry pass. */
function isTrue(answer: unknown): boolean {
  if ((typeof answer !== 'object' && typeof answer !== 'function') || answer === null) return Boolean(answer)
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `a filter function returns true or false; got ${describe(answer)}${answer instanceof Promise ? ': it must not be async' : ''}.`,
  )
}

export function readCollectionQuestion<Columns extends ColumnTypes>(
  parts: Parts,
  searcher: Searcher,
  collection: { readonly version: number },
  options: CollectionSearchOptions<Columns> | undefined,
  what: string,
): SearchParams {
  const { filter, ...rest } = readOptions(options, COLLECTION_SEARCH_OPTIONS, what)
  if (filter === undefined) return searcher.params(rest)
  if (!(filter instanceof Filter)) return searcher.params({ ...rest, filter: readFilter(parts, filter)() })
  if (filter.belongsTo(collection)) return searcher.params({ ...rest, filter: filter.places() })
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    'this filter was made by another collection: make one by where()',
  )
}

export function metadataAt<Columns extends ColumnTypes>(
  columns: ReadonlyMap<string, Column>,
  place: number,
): StoredMetadata<Columns> {
  const values: Record<string, Value | null> = Object.create(null)
  for (const [name, column] of columns) values[name] = column.get(place)
  return { ...values } as StoredMetadata<Columns>
}

/** Places to keys, with what is known of each. */
export function toCollectionMatches<Columns extends ColumnTypes>(
  { keys, columns }: Parts,
  { ids, cosines, dots, stats }: Matches,
): CollectionMatches<Columns> {
  // now, for the collection may change
  const found = Array.from(ids, (place) => keys.keyAt(place))
  const metadata = Array.from(ids, (place) => metadataAt<Columns>(columns, place))
  return new CollectionMatches<Columns>(
    found,
    cosines,
    dots,
    (key, index) => ({ key, metadata: metadata[index] ?? metadataAt<Columns>(columns, 0) }),
    stats,
  )
}
