/** Milliseconds to make a table with its codes from a Float32Array: the median of five. Arguments: a file of float32, d. */
import { readFileSync } from 'node:fs'
import { EmbeddingTable } from '../../dist/index.js'
import { quantile } from '../statistics.mjs'

const [path, dimension] = process.argv.slice(2)
const { buffer, byteOffset, byteLength } = readFileSync(path)
const rows = new Float32Array(buffer, byteOffset, byteLength / 4)
const times = []
for (let time = 0; time < 5; time++) {
  const start = performance.now()
  const table = await EmbeddingTable.from(rows, { dimension: Number(dimension) })
  times.push(performance.now() - start)
  table.dispose()
  // the memory of the last one must not be given back while the next is timed
  globalThis.gc()
}
console.log(JSON.stringify({ milliseconds: quantile(times, 0.5), first: times[0] }))
