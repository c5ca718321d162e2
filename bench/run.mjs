/**
 * `npm run bench`: plain JavaScript loops and rowspace in turns, each in a process of its own, every answer checked against float64.
 *
 * In the newest Node there is: ROWSPACE_NODE, or the one that --peers installs, or this one.
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
import { benchTable } from './bench-table.mjs'
import { chart } from './chart.mjs'
import { PLAIN, ROWSPACE, readers } from './entrants.mjs'
import { inProcess } from './in-process.mjs'
import { describeMachine, machine } from './machine.mjs'
import { inNewestNode } from './newest-node.mjs'
import { readOptions } from './options.mjs'
import { showProgress } from './progress.mjs'
import { compileReader } from './reading/compile.mjs'
import { formatReport } from './report.mjs'
import { namedTables } from './tables.mjs'

const MORE_OPTIONS = {
  chart: { type: 'string' },
  table: { type: 'string' },
  peers: { type: 'boolean', default: false },
  analogies: { type: 'string' },
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
  const { settings: given, ...options } = readOptions(MORE_OPTIONS, ['glove'])
  const settings = { ...given, start: inProcess, showProgress }
  const { json, chart: file } = options
  const print = (text) => {
    if (!json) console.log(text)
  }
  print(`${describeMachine(machine())}\n`)
  const bench = options.peers ? (await import('./peers/run.mjs')).benchPeers : benchAlone
  const found = await bench({ ...options, settings, print })
  if (json) console.log(JSON.stringify({ machine: machine(), seed: settings.seed, ...found }))
  if (file !== undefined) writeFileSync(file, chart(found.tables, describeMachine(machine())))
}

async function start() {
  // which bring a newer Node
  if (process.argv.includes('--peers')) (await import('./peers/install.mjs')).installPeers()
  if (!inNewestNode()) await main()
}

await start().catch((error) => {
  showProgress('')
  console.error(error.message)
  process.exitCode = 1
})
