/** The steps of a change to a collection: keys are given out, room is made, entries are put, gaps are closed. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import type { ReadEntry } from './entries.ts'
import type { Keys } from './keys.ts'
import type { Key } from './options.ts'
import type { Parts } from './question.ts'

/** An entry that has its key. */
type KeyedEntry = ReadEntry & { key: Key }

/**
 * Gives keys out where there are none. Throws `DUPLICATE_KEY`, also for a key that an entry before it in the list was given, and
 * `INVALID_ARGUMENT` where no whole number is left.
 */
export function nameEntries(
  keys: Keys,
  entries: readonly ReadEntry[],
  duplicates: 'reject' | 'overwrite',
): KeyedEntry[] {
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
    }
    if (typeof key === 'number') next = Math.max(next, key + 1)
    seen.add(key)
    return { ...entry, key }
  })
}

function noKeyLeft(index: number): RowspaceError {
  return new RowspaceError(
    'INVALID_ARGUMENT',
    `entry ${index} has no key, and no whole number is left to give out: ${Number.MAX_SAFE_INTEGER} was a key. Give it a key.`,
    { index },
  )
}

function duplicateKey(key: Key, index: number, isGivenOut: boolean): RowspaceError {
  const shown = describe(key)
  return new RowspaceError(
    'DUPLICATE_KEY',
    isGivenOut
      ? `entry ${index} has the key ${shown}, which an entry before it was given: put entries with keys first, or give all of them keys.`
      : `entry ${index}: there is an entry ${shown} already; pass duplicates: 'overwrite' to replace it.`,
    { key, index },
  )
}

/** Room for so many more: gaps are closed where they are the half of it, else the rows move to a larger memory. */
export async function makeRoom(parts: Parts, count: number): Promise<void> {
  const { rows, columns } = parts
  if (rows.used + count <= rows.capacity) return
  if (rows.count + count <= rows.capacity / 2) return closeGaps(parts)
  await rows.reserve(rows.used + count)
  for (const column of columns.values()) column.reserve(rows.capacity)
}

/** Adds an entry, or replaces the one of its key; there must be room. */
export function put({ rows, keys, columns }: Parts, { key, vector, metadata }: KeyedEntry): void {
  let place: number
  if (keys.has(key)) {
    place = keys.placeOf(key)
    rows.write(place, vector)
  } else {
    place = rows.append(vector)
    keys.append(key)
  }
  for (const [name, column] of columns) column.set(place, metadata.get(name) ?? null)
}

/** Takes an entry away, and forgets its numbers, texts and key at once. */
export function remove({ rows, keys, columns }: Parts, key: Key): void {
  const place = keys.placeOf(key)
  rows.remove(place)
  keys.delete(key)
  for (const column of columns.values()) column.set(place, null)
}

/** Moves rows into the places of those that were deleted. */
export function closeGaps({ rows, keys, columns }: Parts): void {
  if (rows.count === rows.used) return
  const kept = rows.compact()
  keys.compact(kept)
  for (const column of columns.values()) column.compact(kept)
}
