/** Answers whose ids may lie beyond 2^32, as a cluster's do. */
import type { Match, Matches } from '../table/matches.ts'

/** As Matches, with ids of up to 2^53. */
export class ClickHouseMatches implements Iterable<Match> {
  constructor(
    readonly ids: Float64Array,
    readonly cosines: Float32Array,
    readonly dots: Float32Array,
    private readonly tokenOf: (id: number) => string | undefined,
  ) {}

  static none(): ClickHouseMatches {
    return new ClickHouseMatches(
      new Float64Array(0),
      new Float32Array(0),
      new Float32Array(0),
      () => undefined,
    )
  }

  /** The first k of a small table's matches that are not to be left out; row i there is row ids[i] here. */
  static from(
    matches: Matches,
    ids: Float64Array,
    out: ReadonlySet<number>,
    k: number,
    tokenOf: (id: number) => string | undefined,
  ): ClickHouseMatches {
    const places = Array.from(matches.ids, (_, place) => place)
      .filter((place) => !out.has(ids[matches.ids[place]!]!))
      .slice(0, k)
    return new ClickHouseMatches(
      Float64Array.from(places, (place) => ids[matches.ids[place]!]!),
      Float32Array.from(places, (place) => matches.cosines[place]!),
      Float32Array.from(places, (place) => matches.dots[place]!),
      tokenOf,
    )
  }

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
