/**
 * `npm run test:engines`: one program and the core suites in every engine there is. Every section of the
 * program's answers must have the digest in answers.json; what is missing is named, with what would help.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ANSWERS, type Answers, checkAnswers, recordAnswers } from './answers.ts'
import { ENGINES, type Engine, INSTALLED } from './engines.ts'
import { makePrograms } from './programs.ts'
import { checkPage, printTable, type Result, writePage } from './table.ts'

const HELP = `npm run test:engines -- [engine ...] [options]

  --quick      the half that continuous integration runs
  --program    the program alone, without the core suites
  --require    fail where an engine is missing
  --write      record the answers and the page, where every engine ran everything
  --jobs N     engines at a time (default: half the processors)
  --list       the names of the engines`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean' },
    quick: { type: 'boolean', default: false },
    program: { type: 'boolean', default: false },
    require: { type: 'boolean', default: process.env.ROWSPACE_REQUIRE_ENGINES === '1' },
    write: { type: 'boolean', default: false },
    jobs: { type: 'string', default: String(Math.max(1, availableParallelism() >> 1)) },
    list: { type: 'boolean', default: false },
  },
})

/** What has a word of the command line in its name. */
function chosen(): Engine[] {
  const words = positionals.map((word) => word.toLowerCase())
  const unknown = words.find((word) => !ENGINES.some(({ name }) => name.toLowerCase().includes(word)))
  if (unknown !== undefined) {
    console.error(`No engine is named ${unknown}: see --list.`)
    process.exit(2)
  }
  return ENGINES.filter(({ name, quick }) => {
    if (words.length > 0) return words.some((word) => name.toLowerCase().includes(word))
    return quick !== undefined || !values.quick
  })
}

/** Installs the engines that npm has, where they are missing or others are pinned now. */
function install(engines: readonly Engine[]): void {
  const isLinux = process.platform === 'linux' && process.arch === 'x64'
  if (!isLinux || !engines.some(({ pinned }) => pinned)) return
  const needsAll = engines.some(({ pinned, quick }) => pinned && !quick)
  const done = join(INSTALLED, 'node_modules/.package-lock.json')
  const isNew =
    existsSync(done) && statSync(done).mtimeMs >= statSync(join(INSTALLED, 'package-lock.json')).mtimeMs
  if (isNew && (!needsAll || engines.every(({ missing }) => !missing()?.endsWith('is not installed')))) return
  // arm64 is not this machine's: by force. What only the whole run needs is optional there
  const quiet = ['--ignore-scripts', '--force', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', ['ci', ...quiet, ...(needsAll ? [] : ['--omit=optional'])], {
    cwd: INSTALLED,
    stdio: 'inherit',
  })
}

async function runOne(engine: Engine, answers: Answers): Promise<Result> {
  const missing = engine.missing()
  if (missing !== undefined) return { engine, failures: values.require ? [missing] : [], missing }
  const begun = Date.now()
  try {
    const hasSuites = !values.program && (engine.quick === 'suites' || !values.quick)
    const { error, report, suites } = JSON.parse(await engine.run(hasSuites ? engine.runs : undefined))
    if (error !== undefined) throw new Error(error)
    const differing = values.write ? [] : checkAnswers(report.sections, answers)
    const failures = [...differing, ...(suites?.failed ?? [])]
    return { engine, failures, report, suites, seconds: (Date.now() - begun) / 1000 }
  } catch (error) {
    return { engine, failures: [error instanceof Error ? error.message : String(error)] }
  }
}

/** Runs them, so many at a time, each result told as soon as it is there. */
async function runAll(engines: readonly Engine[], jobs: number): Promise<Result[]> {
  const results: Result[] = []
  const waiting = [...engines.entries()]
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [place, engine] = next
      const result = await runOne(engine, ANSWERS)
      results[place] = result
      const { failures, missing, seconds } = result
      const how =
        failures.length > 0 ? 'failed' : missing ? `left out: ${missing}` : `${seconds?.toFixed(0)} s`
      console.log(`${engine.name}: ${how}`)
      for (const failure of failures.slice(0, 20)) console.log(`  ${failure}`)
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return results
}

async function main(): Promise<void> {
  if (values.help || values.list) {
    console.log(values.help ? HELP : ENGINES.map(({ name }) => name).join('\n'))
    return
  }
  const engines = chosen()
  install(engines)
  await makePrograms()
  const results = await runAll(engines, Math.max(1, Number(values.jobs) || 1))
  console.log(`\n${printTable(results)}\n`)
  if (values.write) {
    const isWhole = results.every(({ failures, suites, engine }) => {
      return failures.length === 0 && (suites !== undefined || engine.runs === undefined)
    })
    if (!isWhole || results.length < ENGINES.length) {
      throw new Error('The page is written when every engine has run everything.')
    }
    recordAnswers(results.flatMap(({ report }) => (report ? [report.sections] : [])))
    writePage(results)
  }
  const stale = values.write ? [] : checkPage(results)
  for (const line of stale) console.log(line)
  const passed = results.reduce(
    (sum, { suites, report }) => sum + (suites?.passed ?? 0) + (report ? 1 : 0),
    0,
  )
  const failed = results.reduce((sum, { failures }) => sum + failures.length, stale.length)
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 ? 1 : 0
}

await main()
// a process that an engine started may hold a pipe open
process.exit()
