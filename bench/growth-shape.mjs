/**
 * One table of a shape, made from a seed in a process of its own: prints the milliseconds to make it, the resident bytes it adds, and the
 * milliseconds of a query. Arguments: |V|, d, f32 or bf16, codes or none, the seed, the milliseconds to ask for.
 */
import { EmbeddingTable } from '../dist/index.js'
import { nearlyNormalNumbers } from './data.mjs'
import { median } from './statistics.mjs'

const MIN_QUERIES = 5
const MAX_QUERIES = 500
const OUTLIERS = 3

const [size, dimension, dtype, codes, seed, budget] = process.argv
  .slice(2)
  .map((text) => (/^\d+$/.test(text) ? Number(text) : text))

const next = nearlyNormalNumbers(seed)
const mean = Float32Array.from({ length: dimension }, next)
const width = new Float32Array(dimension).fill(1)
for (let outlier = 0; outlier < OUTLIERS; outlier++) width[(outlier * 7919 + 13) % dimension] = 10

/** A row of the kind `outliers` of bench/data.mjs, into a view of float32. */
function writeRow(row) {
  for (let j = 0; j < dimension; j++) row[j] = next() * width[j] + mean[j]
}

/** bf16 is the upper half of a float32: one cut short is as good here as one rounded. */
function writeRows(target) {
  const row = new Float32Array(dimension)
  const bits = new Uint32Array(row.buffer)
  for (let at = 0; at < target.length - dimension + 1; at += dimension) {
    writeRow(row)
    if (dtype === 'f32') target.set(row, at)
    else for (let j = 0; j < dimension; j++) target[at + j] = bits[j] >>> 16
  }
}

const warm = await EmbeddingTable.from(new Float32Array(64).fill(1), { dimension: 16 })
warm.nearest(0)
warm.dispose()
globalThis.gc()
const before = process.memoryUsage.rss()
let generating = 0
const start = performance.now()
const table = await EmbeddingTable.fill(
  { size, dimension, dtype },
  (target) => {
    const begun = performance.now()
    writeRows(target.subarray(0, size * dimension))
    generating = performance.now() - begun
  },
  codes === 'none' ? { codes: false } : {},
)
const making = performance.now() - start - generating

const query = new Float32Array(dimension)
const times = []
let rescored = 0
const end = performance.now() + budget
for (let count = 0; count < MAX_QUERIES && (count < MIN_QUERIES || performance.now() < end); count++) {
  writeRow(query)
  const begun = performance.now()
  const { stats } = table.nearest(query)
  times.push(performance.now() - begun)
  rescored = Math.max(rescored, stats.rescored)
}
globalThis.gc()
const resident = process.memoryUsage.rss() - before
console.log(JSON.stringify({ making, resident, query: median(times), rescored, codes: table.codes }))
