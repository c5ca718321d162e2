/** Which key has which place. */
import { describe } from '../arguments.ts'
import { RowspaceError } from '../errors.ts'
import type { Key } from './options.ts'

export class Keys {
  private index: Map<Key, number> | undefined
  /** The key of each place; undefined where its row was deleted. */
  private list: (Key | undefined)[] = []
  /** The next key to give out: larger than every number that was a key. */
  next = 0
  /** How many there are. */
  size = 0

  /** Keys by place, no two of them equal. Throws `INVALID_ARGUMENT` where one cannot be a key. */
  static of(list: unknown[]): Keys {
    const keys = new Keys()
    for (const key of list) {
      checkKey(key)
      if (typeof key === 'number') keys.next = Math.max(keys.next, key + 1)
    }
    keys.list = list as Key[]
    keys.size = list.length
    return keys
  }

  /** Made once a key is looked for: of many keys it takes longer than to read them. */
  private get places(): Map<Key, number> {
    if (this.index !== undefined) return this.index
    const index = new Map<Key, number>()
    for (const [place, key] of this.list.entries()) if (key !== undefined) index.set(key, place)
    this.index = index
    return index
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
      `there is no entry ${JSON.stringify(key)} among the ${this.size} of this collection`,
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
  keep(places: Uint32Array): void {
    this.list = Array.from(places, (place) => this.list[place]!)
    this.index = undefined
  }

  /** In the order of their places: that in which they were added. */
  *[Symbol.iterator](): Generator<Key> {
    for (const key of this.list) if (key !== undefined) yield key
  }
}

/** Throws `INVALID_ARGUMENT` unless `key` can be one. */
export function checkKey(key: unknown): asserts key is Key {
  if (typeof key === 'string' || (Number.isSafeInteger(key) && (key as number) >= 0)) return
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
