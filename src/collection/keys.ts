/** Which key has which place. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import type { Key } from './options.ts'

export class Keys {
  private places = new Map<Key, number>()
  /** The key of each place; undefined where its row was deleted. */
  private list: (Key | undefined)[] = []
  /** The next key to give out: larger than every number that was a key. */
  next = 0
  /** How many there are. */
  size = 0

  /** Keys by place, as they were read. Throws what `problem` makes of what is wrong with them. */
  static of(list: readonly unknown[], problem: (text: string) => Error): Keys {
    const keys = new Keys()
    for (const [place, key] of list.entries()) {
      if (!isKey(key)) throw problem(`row ${place} has ${describe(key)} for its key`)
      if (keys.has(key))
        throw problem(`rows ${keys.placeOf(key)} and ${place} have the same key ${describe(key)}`)
      keys.append(key)
    }
    return keys
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
      `there is no entry ${describe(key)} among the ${this.size} of this collection`,
      { key },
    )
  }

  /** The key of a place that is in use. */
  keyAt(place: number): Key {
    return this.list[place]!
  }

  /** Names the place after the last. */
  append(key: Key): void {
    this.places.set(key, this.list.push(key) - 1)
    this.size++
    if (typeof key === 'number') this.next = Math.max(this.next, key + 1)
  }

  delete(key: Key): void {
    this.list[this.placeOf(key)] = undefined
    this.places.delete(key)
    this.size--
  }

  /** Keeps the keys of these places, in order, at places from 0 on. */
  compact(places: Uint32Array): void {
    this.list = Array.from(places, (place) => this.list[place]!)
    this.places = new Map(this.list.map((key, place) => [key!, place]))
  }

  /** In the order of their places: that in which they were added. */
  *[Symbol.iterator](): Generator<Key> {
    for (const key of this.list) if (key !== undefined) yield key
  }
}

/** Whether it can be a key: a string, or a whole number from 0. */
function isKey(key: unknown): key is Key {
  return typeof key === 'string' || (typeof key === 'number' && Number.isSafeInteger(key) && key >= 0)
}

/** Throws `INVALID_ARGUMENT` unless `key` can be one. */
export function checkKey(key: unknown): asserts key is Key {
  if (isKey(key)) return
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `a key is a string or a whole number from 0; got ${describe(key)}`,
  )
}

/** A key, or a list of keys, without repetitions. Throws `INVALID_ARGUMENT`. */
export function readKeys(keys: unknown): Set<Key> {
  const list = typeof keys === 'object' && keys !== null ? keys : [keys]
  if (!isIterable(list)) {
    throw new RowspaceError('INVALID_ARGUMENT', `a key or a list of keys was expected; got ${describe(keys)}`)
  }
  const all = new Set<Key>()
  for (const key of list) {
    checkKey(key)
    all.add(key)
  }
  return all
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value
}
