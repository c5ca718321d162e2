/** A condition as a set of entries that is made once, and again after a change. */

import { RowspaceError } from '../core/errors.ts'
import { IdSet } from '../core/id-set.ts'
import { invalidArgument } from '../core/values.ts'
import type { Condition } from '../metadata/condition.ts'
import { parseCondition } from '../metadata/parse-condition.ts'
import { select } from '../metadata/select.ts'
import type { ColumnTypes, StoredMetadata } from '../metadata/types.ts'
import { type Key, readKeys } from './keys.ts'
import { type Entries, metadataAt, versionOf } from './parts.ts'

/** Made by `collection.where`, for any number of queries to that collection, also after it has changed. */
export class Filter {
  private made: IdSet
  private version: number

  /** @internal */
  constructor(
    private readonly parts: Entries,
    private readonly select: () => IdSet,
  ) {
    this.made = select()
    this.version = versionOf(parts)
  }

  /** @internal The places that pass now. */
  placesIn(parts: Entries): IdSet {
    if (parts !== this.parts) {
      const message = 'this filter was made by another collection: make one with where().'
      throw new RowspaceError('INVALID_ARGUMENT', message)
    }
    if (this.version !== versionOf(parts)) {
      this.made = this.select()
      this.version = versionOf(parts)
    }
    return this.made
  }
}

/** A Filter, a condition, or a test that runs on every entry. */
export type FilterInput<Columns extends ColumnTypes> =
  | Filter
  | Condition<Columns>
  | ((key: Key, metadata: StoredMetadata<Columns>) => boolean)

/** Filters that are not conditions. */
export type OtherFilter = Filter | ((...values: never) => unknown)

/** Selects the places that pass a condition or a test. Throws `INVALID_ARGUMENT` for anything else. */
export function readFilter(parts: Entries, wanted: unknown): () => IdSet {
  const { rows, keys, columns } = parts
  if (typeof wanted !== 'function') {
    const condition = parseCondition(columns, wanted)
    return () => select(condition, rows.used)
  }
  const passes = (place: number) => isTrue(wanted(keys.keyAt(place), metadataAt(parts, place)))
  return () => IdSet.where(rows.used, (place) => rows.live.has(place) && passes(place))
}

/** A promise is neither true nor false, but JavaScript takes it for true: it would let every entry pass. */
function isTrue(answer: unknown): boolean {
  if ((typeof answer !== 'object' && typeof answer !== 'function') || answer === null) return Boolean(answer)
  const hint = answer instanceof Promise ? ' and must not be async' : ''
  throw invalidArgument(`a filter function returns true or false${hint}`, answer)
}

/** Selects the places of the keys that are still there. Throws `UNKNOWN_KEY` if one is not there now. */
export function readKeyFilter({ rows, keys }: Entries, wanted: Iterable<Key>): () => IdSet {
  const list = [...readKeys(wanted)]
  for (const key of list) keys.placeOf(key)
  return () => {
    const places = list.filter((key) => keys.has(key)).map((key) => keys.placeOf(key))
    return IdSet.from(rows.used, places)
  }
}
