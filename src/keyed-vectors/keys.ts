/** Keys of a table, and lists of keys. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import { zeroQuery } from '../table/arguments.ts'
import type { EmbeddingTable, RowKey } from '../table/embedding-table.ts'
import { liveRows } from '../table/live-rows.ts'
import { idOfName } from '../table/vocabulary.ts'

/**
 * The id of a key, or undefined where the table does not have it. Names mean what they mean in `table.id`.
 */
export function idOfKey(table: EmbeddingTable, key: RowKey): number | undefined {
  if (typeof key === 'number') {
    return Number.isInteger(key) && key >= 0 && key < table.size ? key : undefined
  }
  return table.vocabulary === undefined || typeof key !== 'string'
    ? undefined
    : idOfName(table.vocabulary, key)
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

/**
 * A list of keys as an array. Throws `INVALID_ARGUMENT`, for a string too: its letters would pass as keys.
 */
export function listOf<Key>(keys: Iterable<Key>, what: string): Key[] {
  if (typeof keys !== 'object' || keys === null || !(Symbol.iterator in keys)) {
    throw new RowspaceError('INVALID_ARGUMENT', `${what} must be a list of keys; got ${describe(keys)}`)
  }
  return [...keys]
}

/** As `listOf`. Throws `EMPTY_QUERY` for an empty list. */
export function keyList<Key>(keys: Iterable<Key>, what: string): Key[] {
  const list = listOf(keys, what)
  if (list.length > 0) return list
  throw new RowspaceError('EMPTY_QUERY', `${what} is an empty list: name at least one key`)
}

/** The keys that the table has. Throws `EMPTY_QUERY`, and `UNKNOWN_TOKEN` where it has none of them. */
export function knownKeys<Key extends RowKey>(
  table: EmbeddingTable,
  keys: Iterable<Key>,
  what: string,
): Key[] {
  const list = keyList(keys, what)
  const known = list.filter((key) => liveIdOfKey(table, key) !== undefined)
  if (known.length > 0) return known
  throw new RowspaceError(
    'UNKNOWN_TOKEN',
    `none of the ${list.length} keys of ${what} is in the table (the first is ${describe(list[0])})`,
    { keys: list },
  )
}
