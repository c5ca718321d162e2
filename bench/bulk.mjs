/**
 * `npm run bench:bulk [-- <table> [rows]]`: questions about many rows, beside as many of `nearestBatch`. Without a table: the embedded one. With
 * `rows`, only the first that many rows, for large tables. The neighbours of some rows are checked against float64.
 */
import { neighbourGraph, pairsAbove, rangeSearchBatch } from '../dist/bulk.js'
import { openDefaultTable } from '../dist/default.js'
import { openTable } from '../dist/index.js'
import { toUnitRows } from './data.mjs'
import { inTurns } from './in-turns.mjs'
import { meanRecall, oracle } from './oracle.mjs'
import { median } from './statistics.mjs'

const [name, limit] = process.argv.slice(2)
const K = 10
const STEP = 64
const CHECKED = 24
const ROUNDS = 3

/** The neighbours of some rows against float64: each row is its own best match. */
function checkGraph(table, { ids }, rows) {
  const all = toUnitRows(table.gather([...Array(rows).keys()]), table.dimension)
  const places = Array.from({ length: Math.min(CHECKED, rows) }, (_, place) => place)
  const queries = places.map((id) => all.slice(id * table.dimension, (id + 1) * table.dimension))
  const answers = places.map((id) => [id, ...ids.subarray(id * K, (id + 1) * K)])
  const found = meanRecall(oracle(all, table.dimension, queries, K + 1), [answers])
  if (found < 1) throw new Error(`the graph is exact, but it has only ${found} of the right rows`)
}

for (const threads of [1, 2]) {
  const table = await (name === undefined ? openDefaultTable({ threads }) : openTable(name, { threads }))
  const rows = Math.min(table.size, Number(limit ?? table.size))
  const filter = rows === table.size ? undefined : table.idSet((id) => id < rows)
  await new Promise((resolve) => setTimeout(resolve, 100)) // workers start
  console.log(
    `${name ?? 'default'}, ${table.size} x ${table.dimension}, ${table.threads} thread(s), ${rows} query rows`,
  )
  const steps = Array.from({ length: Math.ceil(rows / STEP) }, (_, i) => i * STEP)
  const idsOf = (from) => Array.from({ length: Math.min(STEP, rows - from) }, (_, i) => from + i)
  const jobs = {
    'nearestBatch, k = 10': () => {
      for (const from of steps) table.nearestBatch(idsOf(from), { k: K, filter })
    },
    'neighbourGraph, k = 10': () => neighbourGraph(table, { k: K, filter }),
  }
  for (const minScore of [0.95, 0.8]) {
    jobs[`rangeSearchBatch, cosine ≥ ${minScore}`] = () => {
      for (const from of steps) rangeSearchBatch(table, idsOf(from), { minScore, filter })
    }
    jobs[`pairsAbove, cosine ≥ ${minScore}`] = () => pairsAbove(table, { minScore, filter })
  }
  const found = {}
  const seen = (name, answer, round) => {
    if (round > 0 || answer === undefined) return
    if (name.startsWith('neighbourGraph')) checkGraph(table, answer, rows)
    found[name] = answer.ids === undefined ? `${answer.length} pairs` : `${answer.ids.length} edges`
  }
  for (const [name, times] of Object.entries(await inTurns(jobs, { rounds: ROUNDS, seen }))) {
    const milliseconds = median(times)
    const seconds = (milliseconds / 1000).toFixed(2).padStart(9)
    const perRow = (milliseconds / rows).toFixed(4).padStart(10)
    console.log(`  ${name.padEnd(34)}${seconds} s${perRow} ms per row  ${found[name] ?? ''}`)
  }
  table.dispose()
}
