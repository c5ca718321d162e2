/** The answer to a question: rows, best first, each with both measures. */

export interface Match {
  /** The row, 0 … |V| − 1. */
  id: number
  /** Its token, where the table has tokens. */
  token: string | undefined
  cosine: number
  dot: number
}

/**
 * Rows in order, as typed arrays of one length and as an iterable of objects.
 *
 * @example
 * for (const { token, cosine } of table.nearest('king')) console.log(token, cosine)
 */
export class Matches implements Iterable<Match> {
  constructor(
    readonly ids: Uint32Array,
    readonly cosines: Float32Array,
    readonly dots: Float32Array,
    private readonly tokenOf: (id: number) => string | undefined,
  ) {}

  get length(): number {
    return this.ids.length
  }

  /** The match at a place, 0 the best; undefined past the end. Negative places count from the end. */
  at(place: number): Match | undefined {
    const index = place < 0 ? this.length + place : place
    const id = this.ids[index]
    if (id === undefined) return undefined
    return { id, token: this.tokenOf(id), cosine: this.cosines[index]!, dot: this.dots[index]! }
  }

  *[Symbol.iterator](): Generator<Match> {
    for (let index = 0; index < this.length; index++) yield this.at(index)!
  }

  toArray(): Match[] {
    return [...this]
  }

  /** What JSON.stringify sees: the array of matches. */
  toJSON(): Match[] {
    return this.toArray()
  }
}
