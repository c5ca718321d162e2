/** Answers whose ids may lie beyond 2^32, as a cluster's do. */
import { type Match, Matches } from '../table/matches.ts'

/** As Matches, with ids of up to 2^53. */
export class ClickHouseMatches extends Matches<Match, Float64Array> {
  static none(): ClickHouseMatches {
    return new ClickHouseMatches(new Float64Array(0), new Float32Array(0), new Float32Array(0), (id) => ({
      id,
      token: undefined,
    }))
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
      (id) => ({ id, token: tokenOf(id) }),
      matches.stats,
    )
  }
}
