/** The answer to a query: rows, best first, each with both scores. */

import { INSPECT } from '../core/inspect.ts'

/** One row of an answer. */
export interface Match {
  /** The row, 0 … |V| − 1. */
  id: number
  /** Its token; undefined where the table has none for it. */
  token: string | undefined
  /** The cosine similarity with the query, −1 … 1. */
  cosine: number
  /** The dot product with the query. */
  dot: number
}

/** What an answer cost. */
export interface SearchStats {
  /** Rows that were scored in full because their codes did not rule them out; 0 where no codes were used. */
  readonly rescored: number
  /** Where rows are read from a file: reads of rows for this call; adjacent rows are one. */
  readonly requests?: number
  /** Where rows are read from a file: bytes of the rows that were read for this call. */
  readonly bytes?: number
}

/**
 * Lists of ids that an answer can hold: a table's, a ClickHouse table's (up to 2^53), a collection's keys.
 */
export type IdList = Uint32Array | Float64Array | readonly (string | number)[]

const NO_STATS: SearchStats = { rescored: 0 }

/**
 * Matches in order, best first: lists of one length, and an iterable of objects.
 *
 * @example
 * for (const { token, cosine } of table.nearest('king')) console.log(token, cosine)
 */
export class Matches<Entry extends object = Match, Ids extends IdList = Uint32Array>
  implements Iterable<Entry>
{
  readonly #describe: (id: Ids[number], index: number) => Omit<Entry, 'cosine' | 'dot'>

  /** @internal */
  constructor(
    /** The id of each match. */
    readonly ids: Ids,
    /** The cosine of each match with the query, float32. */
    readonly cosines: Float32Array,
    /** The dot product of each match with the query, float32. */
    readonly dots: Float32Array,
    describe: (id: Ids[number], index: number) => Omit<Entry, 'cosine' | 'dot'>,
    /** What the answer cost. */
    readonly stats: SearchStats = NO_STATS,
  ) {
    this.#describe = describe
  }

  /** How many matches there are. */
  get length(): number {
    return this.ids.length
  }

  /** The match at an index, 0 the best; undefined past the end. Negative indices count from the end. */
  at(index: number): Entry | undefined {
    const place = index < 0 ? this.length + index : index
    const id = this.ids[place]
    if (id === undefined) return undefined
    const match = this.#describe(id, place) as { cosine?: number | undefined; dot?: number | undefined }
    match.cosine = this.cosines[place]
    match.dot = this.dots[place]
    return match as Entry
  }

  /** What console.log prints. @internal */
  [INSPECT](): Entry[] {
    return this.toArray()
  }

  /** The matches at the given indices, in that order. */
  pick(indices: readonly number[]): this {
    const take = (list: IdList | Float32Array) => {
      const picked = indices.map((index) => list[index])
      return Array.isArray(list)
        ? picked
        : new (list.constructor as Float32ArrayConstructor)(picked as number[])
    }
    const describe = (id: Ids[number], index: number) => this.#describe(id, indices[index] ?? index)
    const lists = [this.ids, this.cosines, this.dots].map(take)
    return new (this.constructor as new (...parts: unknown[]) => this)(...lists, describe, this.stats)
  }

  /** Calls `each` with every match and its index; returns the results. */
  map<Result>(each: (match: Entry, index: number) => Result): Result[] {
    return Array.from(this, each)
  }

  /** The matches, best first. */
  *[Symbol.iterator](): Generator<Entry> {
    for (let index = 0, match = this.at(0); match !== undefined; match = this.at(++index)) yield match
  }

  /** The matches as an array of objects. */
  toArray(): Entry[] {
    return [...this]
  }

  /** The array that JSON.stringify writes. */
  toJSON(): Entry[] {
    return this.toArray()
  }
}
