/**
 * Tries mutants of rooms that are built before they run, assembly/ and cli/: each is built in a copy of the
 * project, and the room's tests run on it.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NEVER } from './rooms.mjs'
import { keyOf } from './sample.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
/** What builds a room, and which files it makes. */
const BUILDS = {
  assembly: { program: here('compile-core.mjs'), folder: 'build', made: /\.wasm$/ },
  cli: { program: here('build-command.mjs'), folder: 'dist', made: /^cli.*\.js$/ },
}
/** What the tests need of the project. */
const COPIED = ['assembly', 'bindings', 'build', 'cli', 'data', 'dist', 'scripts', 'src', 'test']
const COPIED_FILES = ['asconfig.json', 'LICENSE', 'package.json', 'tsconfig.json', 'tsconfig.build.json']
const LEFT_OUT = ['node_modules', 'cache']

/**
 * Tries `mutants` against the tests that match the patterns. Returns the key and status of each, in Stryker's
 * words; one that compiles to the same bytes as the original is `Ignored`.
 */
export async function tryBuiltMutants(root, folder, room, mutants, tests, options) {
  const { concurrency, deadline = Number.POSITIVE_INFINITY } = options
  const copies = Array.from({ length: concurrency }, (_, index) =>
    join(folder, `core-${process.pid}-${index}`),
  )
  for (const copy of copies) copyProject(root, copy)
  try {
    const [first] = copies
    const build = BUILDS[room]
    const original = await run(first, 120_000, {}, build.program)
    if (original.code !== 0) throw new Error(`${room}/ is not built:\n${original.output}`)
    const bytes = digest(first, build)
    const started = performance.now()
    const proof = await runTests(root, first, tests, 1_200_000, options)
    if (proof.code !== 0) throw new Error(`tests fail without any mutant:\n${proof.output.slice(-4000)}`)
    const limit = 30_000 + 5 * (performance.now() - started)
    const results = []
    const waiting = [...mutants]
    await Promise.all(
      copies.map(async (copy) => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          if (Date.now() > deadline) break
          const status = await tryOne(root, copy, next, { build, bytes, tests, limit, options })
          results.push({ key: keyOf(next, root), ...status })
        }
      }),
    )
    return results
  } finally {
    for (const copy of copies) rmSync(copy, { recursive: true, force: true })
  }
}

async function tryOne(root, copy, mutant, { build, bytes, tests, limit, options }) {
  const file = join(copy, relative(root, mutant.fileName))
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.slice(0, mutant.from) + mutant.replacement + text.slice(mutant.to))
  try {
    const built = await run(copy, 120_000, {}, build.program)
    if (built.code !== 0) return { status: 'CompileError' }
    if (digest(copy, build) === bytes) return { status: 'Ignored', reason: 'compiles to the same bytes' }
    const { code, timedOut } = await runTests(root, copy, tests, limit, options)
    if (timedOut) return { status: 'Timeout' }
    return { status: code === 0 ? 'Survived' : 'Killed' }
  } finally {
    writeFileSync(file, text)
  }
}

function copyProject(root, copy) {
  for (const name of COPIED) {
    const filter = (path) => !LEFT_OUT.includes(basename(path))
    if (existsSync(join(root, name))) cpSync(join(root, name), join(copy, name), { recursive: true, filter })
  }
  for (const name of COPIED_FILES) cpSync(join(root, name), join(copy, name))
}

function digest(copy, { folder, made }) {
  const hash = createHash('sha256')
  const names = readdirSync(join(copy, folder)).filter((name) => made.test(name))
  for (const name of names.sort()) hash.update(name).update(readFileSync(join(copy, folder, name)))
  return hash.digest('hex')
}

function runTests(root, copy, tests, limit, { seed }) {
  const environment = {
    MUTANTS_TESTS: JSON.stringify(tests),
    MUTANTS_NEVER: JSON.stringify(NEVER),
    MUTANTS_SEED: String(seed),
    ROWSPACE_DATA: process.env.ROWSPACE_DATA ?? join(root, '../shared/data'),
  }
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const config = 'scripts/mutants/vitest.config.ts'
  return run(copy, limit, environment, vitest, 'run', '--config', config, '--bail', '1', '--maxWorkers', '1')
}

/** Runs a program of Node in a folder; ends it, and all it started, after `limit` milliseconds. */
function run(cwd, limit, environment, ...args) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment }
    const child = spawn(process.execPath, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let timedOut = false
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    const timer = setTimeout(() => {
      timedOut = true
      process.kill(-child.pid, 'SIGKILL')
    }, limit)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, output, timedOut })
    })
  })
}
