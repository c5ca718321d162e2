/**
 * `npm run bench`: plain JavaScript loops and rowspace in turns, each in a process of its own, every answer checked against float64.
 *
 *   --json                prints one JSON document alone
 *   --chart FILE          also writes the bars as SVG
 *   --data KIND           outliers (unless given), gaussian, clustered, or glove: the whole of it (npm run data -- --full)
 *   --table PATH          any table that rowspace opens
 *   --shapes 1000x384,…   other shapes; --seed N other rows; --rounds N more turns; -k N more matches
 *   --quick               a glance: the times mean little
 *   --peers               beside other libraries, which are installed on first use (bench/peers), and the table of figures: ten minutes
 *   --analogies FILE      with --peers: questions to answer on the whole of GloVe
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { benchTable } from './bench-table.mjs'
import { chart } from './chart.mjs'
import { PLAIN, ROWSPACE, readers } from './entrants.mjs'
import { describeMachine, machine } from './machine.mjs'
import { told } from './progress.mjs'
import { compileReader } from './reading/compile.mjs'
import { formatReport } from './report.mjs'
import { namedTables } from './tables.mjs'

const OPTIONS = {
  json: { type: 'boolean', default: false },
  chart: { type: 'string' },
  data: { type: 'string', default: 'outliers' },
  table: { type: 'string' },
  shapes: { type: 'string', default: '1000x384,10000x256,50257x768' },
  seed: { type: 'string', default: '1' },
  rounds: { type: 'string', default: '10' },
  k: { type: 'string', short: 'k', default: '10' },
  quick: { type: 'boolean', default: false },
  peers: { type: 'boolean', default: false },
  analogies: { type: 'string' },
}

function count(name, value) {
  const number = Number(value)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new Error(`--${name} is a whole number from 1; got ${value}`)
}

function readShapes(text) {
  return text.split(',').map((shape) => {
    const [size, dimension] = shape.split('x').map(Number)
    if (size > 0 && dimension > 0) return { size, dimension }
    throw new Error(`--shapes are like 1000x384,50257x768; got ${shape}`)
  })
}

/** Gives each report to `print` as soon as it is there. */
async function benchAlone({ table, data, shapes, settings, print }) {
  const tables = await namedTables({ table, data, shapes, seed: settings.seed })
  const entrants = [...PLAIN, ...ROWSPACE, ...readers(await compileReader())]
  const reports = []
  for (const make of tables) {
    reports.push(await benchTable(await make(), entrants, settings))
    print(formatReport(reports.at(-1)))
  }
  return { tables: reports }
}

async function main() {
  const { values } = parseArgs({ options: OPTIONS })
  const { json, quick, peers } = values
  const [k, seed, rounds] = ['k', 'seed', 'rounds'].map((name) => count(name, values[name]))
  const print = (text) => {
    if (!json) console.log(text)
  }
  print(`${describeMachine(machine())}\n`)
  const asked = { ...values, shapes: readShapes(values.shapes), settings: { k, seed, rounds, quick }, print }
  const found = peers ? await (await import('./peers/run.mjs')).benchPeers(asked) : await benchAlone(asked)
  if (json) console.log(JSON.stringify({ machine: machine(), seed, ...found }))
  if (values.chart !== undefined) writeFileSync(values.chart, chart(found.tables, describeMachine(machine())))
}

await main().catch((error) => {
  told('')
  console.error(error.message)
  process.exitCode = 1
})
