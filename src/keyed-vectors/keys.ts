/** Keys of a table, and lists of keys. */

import { RowspaceError } from '../core/errors.ts'
import { checkFinite } from '../core/finite.ts'
import { idRange } from '../core/id-range.ts'
import { describe, isVector, readList } from '../core/values.ts'
import { zeroQuery } from '../table/arguments.ts'
import type { EmbeddingTable, Query, RowKey } from '../table/embedding-table.ts'
import { liveRows } from '../table/live-rows.ts'
import type { Matches } from '../table/matches.ts'
import { idOfName } from '../table/vocabulary.ts'

/**
 * The id of a key, or undefined where the table does not have it. Names mean what they mean in `table.id`.
 */
export function idOfKey({ size, vocabulary }: EmbeddingTable, key: RowKey): number | undefined {
  if (typeof key === 'number') return Number.isInteger(key) && key >= 0 && key < size ? key : undefined
  return typeof key === 'string' && vocabulary !== undefined ? idOfName(vocabulary, key) : undefined
}

/** As `idOfKey`, but a row that was skipped (`nonFinite: 'skip'`) counts as missing. */
export function liveIdOfKey(table: EmbeddingTable, key: RowKey): number | undefined {
  const id = idOfKey(table, key)
  return id !== undefined && liveRows(table).has(id) ? id : undefined
}

/** The id of a row of a query. Throws as `table.id`; `ZERO_QUERY` where it was not finite. */
export function inputId(table: EmbeddingTable, key: RowKey): number {
  const id = table.id(key)
  if (liveRows(table).has(id)) return id
  throw zeroQuery(`row ${id} was not finite and reads as zeros`)
}

/** The members of a list. Throws `INVALID_ARGUMENT`, `EMPTY_QUERY` for an empty list. */
export function readKeys<Key>(keys: Iterable<Key>, what: string): [Key, ...Key[]] {
  const list = readList(keys, what)
  if (hasFirst(list)) return list
  throw new RowspaceError('EMPTY_QUERY', `the list of ${what} is empty: pass at least one.`)
}

function hasFirst<Key>(list: Key[]): list is [Key, ...Key[]] {
  return list[0] !== undefined
}

/** As `table.scores` of all rows: |V| cosines and dot products. Many questions may share the `ids`. */
export function scoreAll(table: EmbeddingTable, query: Query, ids = idRange(0, table.size)): Matches {
  return table.scores(query, ids)
}

/** Throws `INVALID_ARGUMENT`, `LENGTH_MISMATCH` unless these are `count` finite numbers, one per owner. */
export function checkOnePer(list: ArrayLike<number>, name: string, count: number, owner: string): void {
  if (!isVector(list)) {
    throw new RowspaceError('INVALID_ARGUMENT', `${name}s must be a list of numbers; got ${describe(list)}.`)
  }
  if (list.length !== count) {
    throw new RowspaceError(
      'LENGTH_MISMATCH',
      `there are ${list.length} ${name}s for ${count} ${owner}s; one per ${owner} is needed.`,
      { [`${name}s`]: list.length, [`${owner}s`]: count },
    )
  }
  checkFinite(list, name)
}
