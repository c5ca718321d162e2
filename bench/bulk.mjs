/**
 * `npm run bench:bulk [-- <table> [rows]]`: questions about many rows, beside as many of `nearestBatch`. Without a table: the embedded one. With
 * `rows`, a graph of the first so many rows alone, for large tables. The times of this run are printed; nothing is asserted.
 */
import { neighbourGraph, pairsAbove, rangeSearchBatch } from '../dist/bulk.js'
import { openDefaultTable } from '../dist/default.js'
import { openTable } from '../dist/index.js'

const [name, asked] = process.argv.slice(2)
const K = 10
const STEP = 64

for (const threads of [1, 2]) {
  const table = await (name === undefined ? openDefaultTable({ threads }) : openTable(name, { threads }))
  const rows = Math.min(table.size, Number(asked ?? table.size))
  const filter = rows === table.size ? undefined : table.idSet((id) => id < rows)
  await new Promise((resolve) => setTimeout(resolve, 100)) // workers start
  console.log(
    `${name ?? 'default'}, ${table.size} x ${table.dimension}, ${table.threads} thread(s), ${rows} rows asked with`,
  )
  const line = (what, milliseconds, more = '') =>
    console.log(
      `  ${what.padEnd(34)}${(milliseconds / 1000).toFixed(2).padStart(9)} s${(milliseconds / rows).toFixed(4).padStart(10)} ms a row  ${more}`,
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
    (graph) => `${graph.ids.length} edges`,
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
