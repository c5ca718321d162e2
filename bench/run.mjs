/**
 * `npm run bench`: plain JavaScript loops and rowspace in turns, each in a process of its own, every answer checked against float64.
 *
 *   --json                prints one JSON document alone
 *   --chart FILE          also writes the bars as SVG
 *   --data KIND           outliers (unless given), gaussian, clustered, or glove: the whole of it (npm run data -- --full)
 *   --table PATH          any table that rowspace opens
 *   --shapes 1000x384,…   other shapes; --seed N other rows; --rounds N more turns; -k N more matches
 *   --quick               a glance: the times mean little
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { chart } from './chart.mjs'
import { queriesFrom } from './data.mjs'
import { PLAIN, ROWSPACE, readers } from './entrants.mjs'
import { inProcess } from './in-process.mjs'
import { describeMachine, machine } from './machine.mjs'
import { oracle } from './oracle.mjs'
import { compileReader } from './reading/compile.mjs'
import { compare, formatReport } from './report.mjs'
import { namedTables } from './tables.mjs'
import { measure } from './turns.mjs'

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    chart: { type: 'string' },
    data: { type: 'string', default: 'outliers' },
    table: { type: 'string' },
    shapes: { type: 'string', default: '1000x384,10000x256,50257x768' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '10' },
    k: { type: 'string', short: 'k', default: '10' },
    quick: { type: 'boolean', default: false },
  },
})

const QUERIES = 24
const BATCHES = options.quick ? 1 : 3
/** Milliseconds of a turn. */
const BUDGET = options.quick ? 2 : 40

const told = (text) => process.stderr.isTTY && process.stderr.write(`\r\u001b[K${text}`)
const count = (name) => {
  const value = Number(options[name])
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new Error(`--${name} is a whole number from 1; got ${options[name]}`)
}

function readShapes(text) {
  return text.split(',').map((shape) => {
    const [size, dimension] = shape.split('x').map(Number)
    if (size > 0 && dimension > 0) return { size, dimension }
    throw new Error(`--shapes are like 1000x384,50257x768; got ${shape}`)
  })
}

/** Measures one table: `{ size, dimension, data, k, results }`. */
async function benchTable(table, contenders, { k, seed, rounds }) {
  const { rows, size, dimension, data } = table
  const queries = queriesFrom(rows, dimension, QUERIES, seed)
  told(`answering ${QUERIES} queries in float64`)
  const results = await measure({
    contenders,
    start: inProcess,
    table: table.table,
    k,
    queries,
    recall: oracle(rows, dimension, queries, k),
    rounds,
    budget: BUDGET,
    batches: BATCHES,
    told,
  })
  told('')
  return { size, dimension, data, k, results: compare(results) }
}

async function main() {
  const settings = { k: count('k'), seed: count('seed'), rounds: options.quick ? 1 : count('rounds') }
  const { data, table } = options
  const tables = await namedTables({ table, data, shapes: readShapes(options.shapes), seed: settings.seed })
  const entrants = [...PLAIN, ...ROWSPACE, ...readers(await compileReader())]
  const reports = []
  if (!options.json) console.log(`${describeMachine(machine())}\n`)
  for (const make of tables) {
    const report = await benchTable(await make(), entrants, settings)
    reports.push(report)
    if (!options.json) console.log(formatReport(report))
  }
  if (options.json) console.log(JSON.stringify({ machine: machine(), seed: settings.seed, tables: reports }))
  if (options.chart !== undefined) writeFileSync(options.chart, chart(reports, describeMachine(machine())))
}

await main().catch((error) => {
  told('')
  console.error(error.message)
  process.exitCode = 1
})
