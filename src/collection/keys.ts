/** Which key has which place. */

import { RowspaceError } from '../core/errors.ts'
import { describe, invalidArgument, readList } from '../core/values.ts'
import { findRepeated } from './repeated-keys.ts'

/** The key of an entry: a string or an integer ≥ 0. */
export type Key = string | number

export class Keys {
  /**
   * The place of each key, in the order of places: that in which keys were added. It is made when a key is
   * first looked for, because opening a file does not need it.
   */
  private index: Map<Key, number> | undefined
  /** The key of each place; undefined if its row was deleted. */
  private list: (Key | undefined)[] = []
  /** The next key to give out: larger than every number that was a key. */
  next = 0
  /** The number of keys. */
  size = 0

  /**
   * Keys by place, from a file; the list becomes theirs. Throws what `problem` makes of a description of what
   * is wrong.
   */
  static of(list: unknown[], problem: (text: string) => Error): Keys {
    if (!list.every(isKey)) {
      const odd = list.findIndex((key) => !isKey(key))
      Keys.of(list.slice(0, odd), problem) // two equal keys before it are found first
      throw problem(`row ${odd} has ${describe(list[odd])} for its key`)
    }
    const again = findRepeated(list)
    const key = list[again]
    if (key !== undefined) {
      throw problem(`rows ${list.indexOf(key)} and ${again} have the same key ${describe(key)}`)
    }
    const keys = new Keys()
    keys.list = list
    keys.size = list.length
    for (const key of list) keys.noteNumber(key)
    return keys
  }

  private get places(): Map<Key, number> {
    if (this.index !== undefined) return this.index
    const index = new Map<Key, number>()
    for (let place = 0; place < this.list.length; place++) {
      const key = this.list[place]
      if (key !== undefined) index.set(key, place)
    }
    this.index = index
    return index
  }

  has(key: Key): boolean {
    return this.places.has(key)
  }

  /** The place of a key, or undefined. */
  find(key: Key): number | undefined {
    return this.places.get(key)
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

  /** Names the place after the last. Returns the place. */
  append(key: Key): number {
    const place = this.list.push(key) - 1
    this.places.set(key, place)
    this.size++
    this.noteNumber(key)
    return place
  }

  private noteNumber(key: Key): void {
    if (typeof key === 'number' && key >= this.next) this.next = key + 1
  }

  delete(key: Key): void {
    this.list[this.placeOf(key)] = undefined
    this.places.delete(key)
    this.size--
  }

  /** Numbers the places anew, from 0 on, in the same order. */
  compact(): void {
    this.list = this.list.filter((key) => key !== undefined)
    for (let place = 0; place < this.list.length; place++) this.places.set(this.keyAt(place), place)
  }

  [Symbol.iterator](): IterableIterator<Key> {
    return this.index?.keys() ?? present(this.list)
  }
}

function* present(list: readonly (Key | undefined)[]): Generator<Key> {
  for (let place = 0; place < list.length; place++) {
    const key = list[place]
    if (key !== undefined) yield key
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
