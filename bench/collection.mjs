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
import { inTurns } from './in-turns.mjs'
import { meanRecall, oracle } from './oracle.mjs'
import { median } from './statistics.mjs'

const [name] = process.argv.slice(2)
const QUERIES = 300
const CHECKED = 24
const ROUNDS = 5
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

const conditions = kinds.filter(([, condition]) => condition !== undefined)
const made = await inTurns(
  Object.fromEntries(conditions.map(([what, condition]) => [what, () => collection.where(condition)])),
  { rounds: ROUNDS },
)
const filters = kinds.map(([what, condition]) => [what, condition && collection.where(condition)])
const searched = await inTurns(
  Object.fromEntries(
    filters.map(([what, filter]) => [what, (round) => collection.nearest(queries[round], { filter })]),
  ),
  { rounds: QUERIES },
)
const plain = median(searched['no filter'])
for (const [what, condition] of kinds) {
  const milliseconds = median(searched[what])
  const once = condition === undefined ? '' : `, judged once in ${median(made[what]).toFixed(2)} ms`
  console.log(
    `  ${what.padEnd(10)} ${milliseconds.toFixed(3)} ms per query, ${(milliseconds / plain).toFixed(2)} x${once}`,
  )
}

const folder = mkdtempSync(join(tmpdir(), 'rowspace-bench-'))
try {
  const path = join(folder, 'collection.safetensors')
  await collection.save(path)
  const megabytes = statSync(path).size / 1e6
  const times = await inTurns(
    {
      save: () => collection.save(path),
      open: async () => (await Collection.open(path)).dispose(),
      readFile: () => readFile(path),
      fromTable: async () => (await Collection.fromTable(table)).dispose(),
    },
    { rounds: ROUNDS },
  )
  for (const [what, list] of Object.entries(times)) {
    const milliseconds = median(list)
    const rate = megabytes / (milliseconds / 1000)
    console.log(
      `  ${what.padEnd(10)} ${milliseconds.toFixed(0)} ms for ${megabytes.toFixed(1)} MB, ${rate.toFixed(0)} MB/s`,
    )
  }
} finally {
  rmSync(folder, { recursive: true })
}
