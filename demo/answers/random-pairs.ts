/** How near random rows lie: what a score is to be compared with. */
import type { EmbeddingTable } from 'rowspace'

const SAMPLE = 64
const sorted = new WeakMap<EmbeddingTable, Float32Array>()

/** The cosines of all 2,016 pairs of 64 rows drawn from a seed, smallest first; cached for each table. */
export function randomCosines(table: EmbeddingTable): Float32Array {
  let cosines = sorted.get(table)
  if (cosines === undefined) {
    const ids = table.randomIds(Math.min(SAMPLE, table.size - table.skipped), { seed: 1 })
    const pairs = [...ids].flatMap((id, place) => [...table.scores(id, ids.subarray(place + 1)).cosines])
    cosines = Float32Array.from(pairs).sort()
    sorted.set(table, cosines)
  }
  return cosines
}
