/** The steps of a change to a collection: keys are given out, room is made, entries are put, gaps are closed. */
import { RowspaceError } from '../errors.ts'
import type { ReadEntry } from './entries.ts'
import type { Keys } from './keys.ts'
import type { Key } from './options.ts'
import type { Parts } from './question.ts'

/** An entry that has its key. */
type KeyedEntry = ReadEntry & { key: Key }

/** Gives keys out where there are none. Throws `DUPLICATE_KEY`. */
export function nameEntries(
  keys: Keys,
  entries: readonly ReadEntry[],
  duplicates: 'refuse' | 'replace',
): KeyedEntry[] {
  const seen = new Set<Key>()
  let { next } = keys
  return entries.map((entry, index) => {
    const key = entry.key ?? next
    if (typeof key === 'number') next = Math.max(next, key + 1)
    if (duplicates === 'refuse' && (keys.has(key) || seen.has(key))) {
      throw new RowspaceError(
        'DUPLICATE_KEY',
        `entry ${index}: there is an entry ${JSON.stringify(key)} already; pass duplicates: 'replace' to replace it`,
        { key, index },
      )
    }
    seen.add(key)
    return { ...entry, key }
  })
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
  keys.keep(kept)
  for (const column of columns.values()) column.keep(kept)
}
