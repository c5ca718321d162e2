/**
 * `npm run bench:collection [-- <table>]`: what a filter costs that lets 1, 50 and 99 % of the rows pass, and how fast a collection is saved and
 * opened beside plain reading. Without a table: the embedded one. Times of this run, medians; nothing is asserted.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Collection } from '../dist/collection.js'
import { openDefaultTable } from '../dist/default.js'
import { openTable } from '../dist/index.js'

const [name] = process.argv.slice(2)
const QUERIES = 300
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
const median = (times) => times.sort((a, b) => a - b)[times.length >> 1]
const timed = (work) => {
  const start = performance.now()
  work()
  return performance.now() - start
}

const filters = kinds.map(([, condition]) => condition && collection.where(condition))
const made = kinds.map(() => [])
const asked = kinds.map(() => [])
// in turns, so that whatever else runs on this machine slows all of them
for (let round = 0; round < 5; round++) {
  for (const [kind, [, condition]] of kinds.entries()) {
    if (condition !== undefined) made[kind].push(timed(() => collection.where(condition)))
  }
}
for (const query of queries) {
  for (const [kind, filter] of filters.entries()) {
    asked[kind].push(timed(() => collection.nearest(query, { filter })))
  }
}
const plain = median(asked[0])
for (const [kind, [what, condition]] of kinds.entries()) {
  const milliseconds = median(asked[kind])
  const once = condition === undefined ? '' : `, judged once in ${median(made[kind]).toFixed(2)} ms`
  console.log(
    `  ${what.padEnd(10)} ${milliseconds.toFixed(3)} ms a query, ${(milliseconds / plain).toFixed(2)} x${once}`,
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
