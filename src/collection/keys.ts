/** Which key has which place. */

import { RowspaceError } from '../core/errors.ts'
import { describe, invalidArgument, readList } from '../core/values.ts'

/** The key of an entry: a string or an integer ≥ 0. */
export type Key = string | number

export class Keys {
  /** The place of each key, in the order of places: that in which keys were added. */
  private readonly places = new Map<Key, number>()
  /** The key of each place; undefined if its row was deleted. */
  private list: (Key | undefined)[] = []
  /** The next key to give out: larger than every number that was a key. */
  next = 0

  /** Keys by place, from a file. Throws what `problem` makes of a description of what is wrong. */
  static of(list: readonly unknown[], problem: (text: string) => Error): Keys {
    const keys = new Keys()
    for (const [place, key] of list.entries()) {
      if (!isKey(key)) throw problem(`row ${place} has ${describe(key)} for its key`)
      keys.append(key)
      if (keys.size === place)
        throw problem(`rows ${list.indexOf(key)} and ${place} have the same key ${describe(key)}`)
    }
    return keys
  }

  get size(): number {
    return this.places.size
  }

  has(key: Key): boolean {
    return this.places.has(key)
  }

  /** Throws `UNKNOWN_KEY`. */
  placeOf(key: Key): number {
    const place = this.places.get(key)
    if (place !== undefined) return place
    checkKey(key)
    throw new RowspaceError(
      'UNKNOWN_KEY',
      `there is no entry ${describe(key)} among the ${this.size} of this collection.`,
      { key },
    )
  }

  /** The key of a place that is in use. */
  keyAt(place: number): Key {
    return this.list[place] ?? ''
  }

  /** Names the place after the last. */
  append(key: Key): void {
    this.places.set(key, this.list.push(key) - 1)
    if (typeof key === 'number' && key >= this.next) this.next = key + 1
  }

  delete(key: Key): void {
    this.list[this.placeOf(key)] = undefined
    this.places.delete(key)
  }

  /** Numbers the places anew, from 0 on, in the same order. */
  compact(): void {
    this.list = [...this]
    for (const [place, key] of this.list.entries()) if (key !== undefined) this.places.set(key, place)
  }

  [Symbol.iterator](): IterableIterator<Key> {
    return this.places.keys()
  }
}

function isKey(key: unknown): key is Key {
  return typeof key === 'string' || (typeof key === 'number' && Number.isSafeInteger(key) && key >= 0)
}

/** Throws `INVALID_ARGUMENT` unless `key` can be one. */
export function checkKey(key: unknown): asserts key is Key {
  if (isKey(key)) return
  throw invalidArgument('a key is a string or an integer ≥ 0', key)
}

/** A key, or a list of keys, without repetitions. Throws `INVALID_ARGUMENT`. */
export function readKeys(keys: Key | Iterable<Key>): Set<Key> {
  const list = typeof keys === 'object' ? readList(keys, 'keys') : [keys]
  for (const key of list) checkKey(key)
  return new Set(list)
}
