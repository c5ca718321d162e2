/** A set of row ids as bits. */

import { RowspaceError } from './errors.ts'
import { describe, invalidArgument, readList } from './values.ts'

/**
 * A set of row ids, one bit per row: make it once, filter any number of searches with it.
 *
 * @example
 * const nouns = IdSet.from(table.size, [3, 17, 204])
 * table.nearest('king', { filter: nouns })
 */
export class IdSet {
  /** Bit `id & 31` of word `id >> 5` stands for row `id`. Bits from `size` on are 0. */
  readonly words: Uint32Array

  /** Makes an empty set over rows 0 … size − 1. */
  constructor(
    /** The number of rows of the table, |V|. */
    readonly size: number,
  ) {
    if (!Number.isSafeInteger(size) || size < 0 || size > 2 ** 32) {
      throw invalidArgument('the size of an IdSet must be an integer ≥ 0 and ≤ 2^32', size)
    }
    this.words = new Uint32Array(Math.ceil(size / 32))
  }

  /**
   * The set of these ids, among `size` rows.
   *
   * @throws RowspaceError `ID_OUT_OF_RANGE`.
   */
  static from(size: number, ids: Iterable<number>): IdSet {
    const set = new IdSet(size)
    for (const id of readList(ids, 'ids')) set.add(id)
    return set
  }

  /** The set of the ids, among `size` rows, for which `test` returns true. */
  static where(size: number, test: (id: number) => boolean): IdSet {
    const set = new IdSet(size)
    if (typeof test !== 'function') {
      throw invalidArgument('the test of ids must be a function', test)
    }
    for (let id = 0; id < size; id++) if (test(id)) setBit(set.words, id)
    return set
  }

  /** How many ids are in the set. */
  get count(): number {
    return this.words.reduce((count, word) => count + countBits(word), 0)
  }

  /** Whether the id is in the set; false for what is not an id. */
  has(id: number): boolean {
    return isIdOf(id, this.size) && ((this.words[id >>> 5] ?? 0) & (1 << (id & 31))) !== 0
  }

  /**
   * Adds an id.
   *
   * @throws RowspaceError `ID_OUT_OF_RANGE`.
   */
  add(id: number): this {
    checkId(id, this.size)
    setBit(this.words, id)
    return this
  }

  /** Removes an id. Returns whether it was in the set. */
  delete(id: number): boolean {
    const had = this.has(id)
    if (had) clearBit(this.words, id)
    return had
  }
}

/** Adds an id to the words of a set. */
export function setBit(words: Uint32Array, id: number): void {
  words[id >>> 5] = (words[id >>> 5] ?? 0) | (1 << (id & 31))
}

/** Removes an id from the words of a set. */
export function clearBit(words: Uint32Array, id: number): void {
  words[id >>> 5] = (words[id >>> 5] ?? 0) & ~(1 << (id & 31))
}

function isIdOf(id: number, size: number): boolean {
  return Number.isInteger(id) && id >= 0 && id < size
}

/** Throws `ID_OUT_OF_RANGE` unless `id` is a row of a table of `size` rows. */
export function checkId(id: number, size: number): void {
  if (isIdOf(id, size)) return
  const ids = size === 0 ? '' : `, with ids from 0 to ${size - 1}`
  const message = `id ${describe(id)} is not in the table: it has ${size} rows${ids}.`
  throw new RowspaceError('ID_OUT_OF_RANGE', message, { id, size })
}

/** The number of ones among 32 bits. */
export function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555)
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
