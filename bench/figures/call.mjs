/** What a call costs beside its scan: microseconds to ask a table of one row, which has next to nothing to scan. */
import { EmbeddingTable } from '../../dist/index.js'
import { quantile } from '../statistics.mjs'

const CALLS = 20_000
const DIMENSION = 16

const query = Float32Array.from({ length: DIMENSION }, (_, j) => j + 1)
const table = await EmbeddingTable.from(query, { dimension: DIMENSION })
const times = []
for (let round = 0; round < 12; round++) {
  const start = performance.now()
  for (let call = 0; call < CALLS; call++) table.nearest(query)
  times.push(((performance.now() - start) / CALLS) * 1000)
}
console.log(JSON.stringify({ microseconds: quantile(times.slice(2), 0.5) }))
