/** How near random rows lie: what a score is to be compared with. */
import type { EmbeddingTable } from 'rowspace'

const SAMPLE = 64
const sorted = new WeakMap<EmbeddingTable, Float32Array>()

/** The cosines of all pairs of 64 rows drawn from a seed (2,016 of them), in order; kept for each table. */
function randomCosines(table: EmbeddingTable): Float32Array {
  let cosines = sorted.get(table)
  if (cosines === undefined) {
    const ids = table.sample(SAMPLE, { seed: 1 })
    const pairs = [...ids].flatMap((id, place) => [...table.measure(id, ids.subarray(place + 1)).cosines])
    cosines = Float32Array.from(pairs).sort()
    sorted.set(table, cosines)
  }
  return cosines
}

/** Per cent of random pairs whose cosine is below this one. */
export function percentileOf(table: EmbeddingTable, cosine: number): { percentile: number; pairs: number } {
  const cosines = randomCosines(table)
  const below = cosines.filter((other) => other < cosine).length
  return { percentile: (100 * below) / Math.max(1, cosines.length), pairs: cosines.length }
}
