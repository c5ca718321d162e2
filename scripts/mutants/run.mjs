/**
 * `npm run test:mutants -- collection hub --sample 30 --seed 7`: changes the source of a room in one place at
 * a time and runs its tests; a mutant that no test notices shows which test is missing.
 * docs/contributing/mutation-tests.md tells more.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { printRoom, summarise } from './report.mjs'
import { findRooms } from './rooms.mjs'
import { choose, inReport, keyOf } from './sample.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '')
const HERE = join(ROOT, 'scripts/mutants')
/**
 * Sandboxes lie inside the project, so that they find its node_modules. Ignored by git, as are the reports.
 */
const FOLDER = join(ROOT, '.mutants')

const HELP = `npm run test:mutants -- [room ...] [options]

  --list             the rooms, and how many mutants each has
  --sample N         N mutants of each room, chosen by the seed (without it: all, which takes hours)
  --seed S           which sample, and the random cases of the tests (default 1)
  --concurrency N    processes at a time (default: half the processors)
  --minutes N        end each room after so many minutes, and report what was tried until then
  --narrow           do not ask wider tests about survivors
  --only TEXT        mutants whose line in the report holds TEXT: a file, a file:line
  --verbose          what Stryker logs
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    concurrency: { type: 'string' },
    minutes: { type: 'string' },
    narrow: { type: 'boolean' },
    only: { type: 'string' },
    verbose: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})

function wholeNumber(name, text) {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new Error(`--${name} must be a whole number from 1; got ${JSON.stringify(text)}`)
}

/** Stryker is installed on first use, never by `npm ci` of the project. */
function installStryker() {
  const installed = join(HERE, 'node_modules/.installed-lock.json')
  const lock = readFileSync(join(HERE, 'package-lock.json'), 'utf8')
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return
  console.error('installing StrykerJS (65 MB in scripts/mutants/node_modules)')
  const shell = process.platform === 'win32'
  const { status } = spawnSync('npm', ['ci'], { cwd: HERE, stdio: ['ignore', 2, 2], shell })
  if (status !== 0) throw new Error('npm ci failed in scripts/mutants')
  writeFileSync(installed, lock)
}

/** How mutants of a room are listed and tried: of one that is built by own programs, else by Stryker. */
async function toolFor(room) {
  if (!room.built) {
    const { listMutants, tryMutants } = await import('./stryker.mjs')
    return {
      keys: await listMutants(ROOT, room.files),
      attempt: (keys, tests, options) => tryMutants(ROOT, FOLDER, room, keys, tests, options),
    }
  }
  const { listOwnMutants } = await import('./own-mutants.mjs')
  const { tryBuiltMutants } = await import('./built.mjs')
  const mutants = new Map(listOwnMutants(ROOT, room.files).map((mutant) => [keyOf(mutant, ROOT), mutant]))
  return {
    keys: [...mutants.keys()],
    attempt: (keys, tests, options) =>
      tryBuiltMutants(
        ROOT,
        FOLDER,
        room.name,
        keys.map((key) => mutants.get(key)),
        tests,
        options,
      ),
  }
}

const UNNOTICED = new Set(['Survived', 'NoCoverage'])

async function tryRoom(room, { sample, narrow, only, minutes, ...options }) {
  if (minutes !== undefined) options.deadline = Date.now() + minutes * 60_000
  const { keys, attempt } = await toolFor(room)
  const among = only === undefined ? keys : keys.filter((key) => inReport(key).includes(only))
  const chosen = choose(among, sample, options.seed)
  if (chosen.length === 0) return summarise(ROOT, room, keys.length, [])
  const results = await attempt(chosen, room.first, options)
  const survivors = results.filter(({ status }) => UNNOTICED.has(status)).map(({ key }) => key)
  const inTime = !(Date.now() > options.deadline)
  if (!narrow && inTime && survivors.length > 0 && room.wider.length > 0) {
    const again = await attempt(survivors, [...room.first, ...room.wider], options)
    const wider = new Map(again.map((result) => [result.key, result]))
    return summarise(
      ROOT,
      room,
      keys.length,
      results.map((result) => wider.get(result.key) ?? result),
    )
  }
  return summarise(ROOT, room, keys.length, results)
}

async function main() {
  if (values.help) return console.log(HELP)
  process.chdir(ROOT)
  const rooms = findRooms(ROOT)
  const unknown = positionals.find((name) => !rooms.has(name))
  if (unknown !== undefined) {
    throw new Error(`no room is called ${JSON.stringify(unknown)}; there are ${[...rooms.keys()].join(', ')}`)
  }
  installStryker()
  const names = positionals.length > 0 ? positionals : [...rooms.keys()]
  if (values.list) {
    for (const name of names)
      console.log(`${name.padEnd(14)} ${(await toolFor(rooms.get(name))).keys.length}`)
    return
  }
  const half = Math.max(1, Math.floor(availableParallelism() / 2))
  const options = {
    sample: values.sample === undefined ? undefined : wholeNumber('sample', values.sample),
    seed: wholeNumber('seed', values.seed),
    concurrency: values.concurrency === undefined ? half : wholeNumber('concurrency', values.concurrency),
    minutes: values.minutes === undefined ? undefined : wholeNumber('minutes', values.minutes),
    narrow: values.narrow ?? false,
    only: values.only,
    verbose: values.verbose ?? false,
  }
  mkdirSync(FOLDER, { recursive: true })
  for (const name of names) {
    const started = performance.now()
    const report = await tryRoom(rooms.get(name), options)
    const { sample, seed, only } = options
    const seconds = Math.round((performance.now() - started) / 1000)
    writeFileSync(
      join(FOLDER, `${name}.json`),
      JSON.stringify({ ...report, sample, seed, only, seconds }, null, 2),
    )
    printRoom(report)
  }
  console.log(`\nreports: ${FOLDER}/<room>.json`)
}

await main()
rmSync(join(FOLDER, `sandbox-${process.pid}`), { recursive: true, force: true })
// what a deadline cut off would go on
process.exit()
