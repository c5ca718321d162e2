/**
 * `npm run bench:bulk [-- <table> [rows]]`: questions about many rows, beside as many of `nearestBatch`. Without a table: the embedded one. With
 * `rows`, only the first that many rows, for large tables. The neighbours of some rows are checked against float64.
 */
import { neighbourGraph, pairsAbove, rangeSearchBatch } from '../dist/bulk.js'
import { openDefaultTable } from '../dist/default.js'
import { openTable } from '../dist/index.js'
import { toUnitRows } from './data.mjs'
import { meanRecall, oracle } from './oracle.mjs'

const [name, limit] = process.argv.slice(2)
const K = 10
const STEP = 64
const CHECKED = 24

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
  const line = (what, milliseconds, more = '') =>
    console.log(
      `  ${what.padEnd(34)}${(milliseconds / 1000).toFixed(2).padStart(9)} s${(milliseconds / rows).toFixed(4).padStart(10)} ms per row  ${more}`,
    )
  const steps = Array.from({ length: Math.ceil(rows / STEP) }, (_, i) => i * STEP)
  const idsOf = (from) => Array.from({ length: Math.min(STEP, rows - from) }, (_, i) => from + i)
  const timed = async (what, ask, tell = () => '') => {
    const start = performance.now()
    const answer = await ask()
    line(what, performance.now() - start, tell(answer))
  }
  await timed('nearestBatch, k = 10', () => {
    for (const from of steps) table.nearestBatch(idsOf(from), { k: K, filter })
  })
  await timed(
    'neighbourGraph, k = 10',
    () => neighbourGraph(table, { k: K, filter }),
    (graph) => {
      checkGraph(table, graph, rows)
      return `${graph.ids.length} edges`
    },
  )
  for (const minScore of [0.95, 0.8]) {
    await timed(`rangeSearchBatch, cosine ≥ ${minScore}`, () => {
      for (const from of steps) rangeSearchBatch(table, idsOf(from), { minScore, filter })
    })
    await timed(
      `pairsAbove, cosine ≥ ${minScore}`,
      () => pairsAbove(table, { minScore, filter }),
      (pairs) => `${pairs.length} pairs`,
    )
  }
  table.dispose()
}
