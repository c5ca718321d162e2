/**
 * `npm run bench:collection [-- <table>]`: the cost of filters that 1, 50 and 99 % of the rows pass, and the speed of saving and opening a
 * collection next to plain reading. Without a table: the embedded one. Prints medians of this run; some answers are checked against float64.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Collection } from '../dist/collection.js'
import { openDefaultTable } from '../dist/default.js'
import { openTable } from '../dist/index.js'
import { toUnitRows } from './data.mjs'
import { meanRecall, oracle } from './oracle.mjs'
import { median } from './statistics.mjs'

const [name] = process.argv.slice(2)
const QUERIES = 300
const CHECKED = 24
const K = 10
const PASSING = [1, 50, 99]

const table = await (name === undefined ? openDefaultTable() : openTable(name))
const collection = await Collection.fromTable(table, {
  columns: { percent: 'number', half: 'string' },
  metadataOf: (id) => ({ percent: (id * 7919) % 100, half: id % 2 === 0 ? 'even' : 'odd' }),
})
console.log(`${name ?? 'default'}, ${collection.size} x ${collection.dimension}, one thread, k = 10`)

const keys = [...collection.keys()]
const queries = Array.from({ length: QUERIES }, (_, index) => keys[(index * 6151) % keys.length])
const kinds = [
  ['no filter', undefined],
  ...PASSING.map((percent) => [`${percent} % pass`, { percent: { lt: percent } }]),
]
const timed = (work) => {
  const start = performance.now()
  work()
  return performance.now() - start
}

checkAnswers()

/** The unfiltered answers of some queries against float64. */
function checkAnswers() {
  const rows = toUnitRows(table.gather([...Array(table.size).keys()]), table.dimension)
  const some = queries.slice(0, CHECKED)
  const vectors = some.map((key) => {
    const at = keys.indexOf(key) * table.dimension
    return rows.slice(at, at + table.dimension)
  })
  const recall = oracle(rows, table.dimension, vectors, K)
  const answers = some.map((key) =>
    collection
      .nearest(key, { k: K, includeInputs: true })
      .toArray()
      .map((match) => keys.indexOf(match.key)),
  )
  const found = meanRecall(recall, [answers])
  if (found < 1) throw new Error(`a collection is exact, but it found only ${found} of the right rows`)
}

const filters = kinds.map(([, condition]) => condition && collection.where(condition))
const made = kinds.map(() => [])
const searched = kinds.map(() => [])
// in turns, so that whatever else runs on this machine slows all of them
for (let round = 0; round < 5; round++) {
  for (const [kind, [, condition]] of kinds.entries()) {
    if (condition !== undefined) made[kind].push(timed(() => collection.where(condition)))
  }
}
for (const query of queries) {
  for (const [kind, filter] of filters.entries()) {
    searched[kind].push(timed(() => collection.nearest(query, { filter })))
  }
}
const plain = median(searched[0])
for (const [kind, [what, condition]] of kinds.entries()) {
  const milliseconds = median(searched[kind])
  const once = condition === undefined ? '' : `, judged once in ${median(made[kind]).toFixed(2)} ms`
  console.log(
    `  ${what.padEnd(10)} ${milliseconds.toFixed(3)} ms per query, ${(milliseconds / plain).toFixed(2)} x${once}`,
  )
}

const folder = mkdtempSync(join(tmpdir(), 'rowspace-bench-'))
try {
  const path = join(folder, 'collection.safetensors')
  const seconds = async (work) => {
    const start = performance.now()
    await work()
    return performance.now() - start
  }
  await collection.save(path)
  const megabytes = statSync(path).size / 1e6
  const line = (what, times) => {
    const milliseconds = median(times)
    const rate = megabytes / (milliseconds / 1000)
    console.log(
      `  ${what.padEnd(10)} ${milliseconds.toFixed(0)} ms for ${megabytes.toFixed(1)} MB, ${rate.toFixed(0)} MB/s`,
    )
  }
  const [saved, opened, read, rebuilt] = [[], [], [], []]
  for (let round = 0; round < 5; round++) {
    saved.push(await seconds(() => collection.save(path)))
    opened.push(await seconds(async () => (await Collection.open(path)).dispose()))
    read.push(await seconds(() => readFile(path)))
    rebuilt.push(await seconds(async () => (await Collection.fromTable(table)).dispose()))
  }
  line('save', saved)
  line('open', opened)
  line('readFile', read)
  line('fromTable', rebuilt)
} finally {
  rmSync(folder, { recursive: true })
}
