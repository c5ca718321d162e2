/** Scores rows of the engine in the core. */

import type { Metric } from '../core/options.ts'
import type { CoreSource } from '../table/load-core.ts'
import { type Match, Matches } from '../table/matches.ts'
import { vectorQuery } from '../table/query.ts'
import type { FetchedRows } from './fetched-rows.ts'

/** As Matches, with ids of up to 2^53. */
export class ClickHouseMatches extends Matches<Match, Float64Array> {}

export const noMatches = () =>
  new ClickHouseMatches(new Float64Array(0), new Float32Array(0), new Float32Array(0), (id) => ({
    id,
    token: undefined,
  }))

export interface PreparedQuery {
  vector: Float32Array
  /** Ids to leave out of this query's answer. */
  excluded: ReadonlySet<number>
}

export interface RescoreOptions {
  k: number
  metric: Metric
  minScore: number | undefined
  core: CoreSource | undefined
}

/** The best of the rows with these ids, for each query. */
export async function rescore(
  queries: readonly PreparedQuery[],
  ids: Iterable<number>,
  rows: FetchedRows,
  { k, metric, minScore, core }: RescoreOptions,
): Promise<ClickHouseMatches[]> {
  // in order of ids: of equal scores the smaller id comes first
  const sorted = Float64Array.from(new Set(ids)).sort()
  if (sorted.length === 0) return queries.map(noMatches)
  const placeOf = new Map(Array.from(sorted, (id, place) => [id, place]))
  const prepared = queries.map(({ vector, excluded }) => {
    const inputs = Array.from(excluded, (id) => placeOf.get(id)).filter((place) => place !== undefined)
    return vectorQuery(
      vector,
      inputs.sort((a, b) => a - b),
    )
  })
  const table = await rows.toTable(sorted, core)
  try {
    const { searcher } = table
    const params = searcher.params({ k, metric, minScore })
    const found = searcher.nearestBatch(prepared, (query) => query, params)
    const describe = (id: number) => ({ id, token: rows.get(id).token })
    return found.map(({ ids: places, cosines, dots, stats }) => {
      const own = Float64Array.from(places, (place) => sorted[place]!)
      return new ClickHouseMatches(own, cosines, dots, describe, stats)
    })
  } finally {
    table.dispose()
  }
}
