/** The answer to a question: rows, best first, each with both scores. */

/** One row of an answer. */
export interface Match {
  /** The row, 0 … |V| − 1. */
  id: number
  /** Its token, where the table has tokens. */
  token: string | undefined
  /** Its cosine with the query, from −1 to 1; 0 for a row of zeros. */
  cosine: number
  /** Its dot product with the query. */
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
    /** The rows, 0 … |V| − 1. */
    readonly ids: Uint32Array,
    /** Their cosines with the query, float32. */
    readonly cosines: Float32Array,
    /** Their dot products with the query, float32. */
    readonly dots: Float32Array,
    private readonly tokenOf: (id: number) => string | undefined,
  ) {}

  /** The number of rows. */
  get length(): number {
    return this.ids.length
  }

  /** The match at a place; 0 is the best, −1 the last. undefined past the end. */
  at(place: number): Match | undefined {
    const index = place < 0 ? this.length + place : place
    const id = this.ids[index]
    if (id === undefined) return undefined
    return { id, token: this.tokenOf(id), cosine: this.cosines[index]!, dot: this.dots[index]! }
  }

  /** The matches as objects, best first. */
  *[Symbol.iterator](): Generator<Match> {
    for (let index = 0; index < this.length; index++) yield this.at(index)!
  }

  /** The matches as an array of objects, best first. */
  toArray(): Match[] {
    return [...this]
  }

  /** What JSON.stringify writes: the array of matches. */
  toJSON(): Match[] {
    return this.toArray()
  }
}
