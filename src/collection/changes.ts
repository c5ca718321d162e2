/**
 * The changes of a collection. Everything that can fail comes before the first step that changes something.
 */

import { RowspaceError } from '../core/errors.ts'
import { oneOf, readChecked } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
import type { ReadChange, ReadEntry } from './entries.ts'
import type { Key, Keys } from './keys.ts'
import type { Parts } from './parts.ts'

/** Options of `add`. */
export interface AddOptions {
  /**
   * What happens to an entry whose key exists: an error ('reject', the default), or it is replaced
   * ('overwrite').
   */
  duplicates?: 'reject' | 'overwrite' | undefined
}

type Duplicates = 'reject' | 'overwrite'

/** An entry that has its key. */
type KeyedEntry = ReadEntry & { key: Key }

export function readDuplicates(options: AddOptions): Duplicates {
  const keys = { duplicates: oneOf('reject', 'overwrite') }
  return readChecked(options, keys, 'the options of add()').duplicates ?? 'reject'
}

/** Adds entries, and returns their keys. */
export async function addEntries(
  parts: Parts,
  entries: readonly ReadEntry[],
  duplicates: Duplicates,
): Promise<Key[]> {
  const keyed = nameEntries(parts.keys, entries, duplicates)
  const list = keyed.map(({ key }) => key)
  // unless they may overwrite, all keys are new and differ
  const added =
    duplicates === 'reject' ? list.length : new Set(list.filter((key) => !parts.keys.has(key))).size
  await makeRoom(parts, added)
  parts.changes++
  for (const entry of keyed) put(parts, entry)
  return list
}

/**
 * Gives keys to entries without one. Throws `DUPLICATE_KEY`, also for a key that an earlier entry of the list
 * was given, and `INVALID_ARGUMENT` if no integer is left.
 */
function nameEntries(keys: Keys, entries: readonly ReadEntry[], duplicates: Duplicates): KeyedEntry[] {
  const seen = new Set<Key>()
  const givenOut = new Set<Key>()
  let { next } = keys
  return entries.map((entry, index) => {
    const key = entry.key ?? next
    if (entry.key === undefined) {
      if (!Number.isSafeInteger(next)) throw noKeyLeft(index)
      givenOut.add(key)
    } else if (givenOut.has(key) || (duplicates === 'reject' && (keys.has(key) || seen.has(key)))) {
      throw duplicateKey(key, index, givenOut.has(key))
    } else seen.add(key)
    if (typeof key === 'number' && key >= next) next = key + 1
    return { key, vector: entry.vector, metadata: entry.metadata }
  })
}

function noKeyLeft(index: number): RowspaceError {
  const message =
    `entry ${index} has no key, and no integer is left to give out: ` +
    `${Number.MAX_SAFE_INTEGER} was a key. Give it a key.`
  return new RowspaceError('INVALID_ARGUMENT', message, { index })
}

function duplicateKey(key: Key, index: number, isGivenOut: boolean): RowspaceError {
  const problem = isGivenOut
    ? ', which an entry before it was given: put entries with keys first, or give all of them keys.'
    : ", which an entry has already: pass duplicates: 'overwrite' to replace it."
  const message = `entry ${index} has the key ${describe(key)}${problem}`
  return new RowspaceError('DUPLICATE_KEY', message, { key, index })
}

/** Adds an entry, or replaces the one of its key; there must be room. */
function put({ rows, keys, columns }: Parts, { key, vector, metadata }: KeyedEntry): void {
  const known = keys.find(key)
  if (known === undefined) rows.append(vector)
  else rows.write(known, vector)
  const place = known ?? keys.append(key)
  for (const column of columns.values()) column.set(place, metadata.get(column) ?? null)
}

export function changeEntry(parts: Parts, key: Key, { vector, metadata }: ReadChange): void {
  const place = parts.keys.placeOf(key)
  parts.changes++
  if (vector !== undefined) parts.rows.write(place, vector)
  for (const [column, value] of metadata) column.set(place, value)
}

/** Deletes entries, and forgets their numbers, texts and keys at once. */
export function deleteEntries(parts: Parts, list: ReadonlySet<Key>): void {
  const { rows, keys, columns } = parts
  const places = Array.from(list, (key) => keys.placeOf(key))
  parts.changes++
  for (const key of list) keys.delete(key)
  for (const place of places) {
    rows.remove(place)
    for (const column of columns.values()) column.set(place, null)
  }
}

/** Makes room for `count` more rows: closes gaps if they are half of the capacity, else moves the rows. */
export async function makeRoom(parts: Parts, count: number): Promise<void> {
  const { rows } = parts
  if (rows.used + count > rows.capacity) {
    if (rows.count + count <= rows.capacity / 2) closeGaps(parts)
    else await rows.reserve(rows.used + count)
  }
  // also where rows have room: columns have not if memory was too short for them before
  resizeColumns(parts)
}

/** Closes gaps, and frees memory if less than half is used. */
export async function compact(parts: Parts): Promise<void> {
  closeGaps(parts)
  await parts.rows.shrink()
  resizeColumns(parts)
}

function resizeColumns({ rows, columns }: Parts): void {
  for (const column of columns.values()) column.reserve(rows.capacity)
}

/** Moves rows into the places of those that were deleted. */
export function closeGaps({ rows, keys, columns }: Parts): void {
  if (rows.count === rows.used) return
  const places = rows.compact()
  keys.compact()
  for (const column of columns.values()) column.compact(places)
}
