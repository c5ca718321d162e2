/** Runs Stryker over the TypeScript of a room, with a choice of its mutants and of the tests. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { keyOf } from './sample.mjs'

const PLUGINS = ['vitest-runner', 'typescript-checker'].map((name) =>
  import.meta.resolve(`@stryker-mutator/${name}`),
)
const OWN_PLUGINS = fileURLToPath(new URL('stryker-plugins.mjs', import.meta.url))
/**
 * Tests hold codes and values, not the wording of messages; and which strings an option takes, the types
 * hold.
 */
const MUTATOR = { plugins: null, excludedMutations: ['StringLiteral'] }

/** What Stryker would mutate in these files: the key of each mutant. */
export async function listMutants(root, files) {
  const { createInstrumenter } = await import('@stryker-mutator/instrumenter')
  const { createInjector } = await import('typed-inject')
  const { commonTokens } = await import('@stryker-mutator/api/plugin')
  const silent = Object.fromEntries(
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'isDebugEnabled'].map((name) => [name, () => false]),
  )
  const instrumenter = createInjector()
    .provideValue(commonTokens.logger, silent)
    .injectFunction(createInstrumenter)
  const inputs = files.map((name) => {
    const content = readFileSync(join(root, name), 'utf8')
    return { name: join(root, name), content, mutate: true }
  })
  const { mutants } = await instrumenter.instrument(inputs, { ...MUTATOR, ignorers: [] })
  return mutants.filter(({ status }) => status === undefined).map((mutant) => keyOf(mutant, root))
}

/**
 * Tries the mutants with these keys against the tests that match the patterns. Returns each with its status,
 * in Stryker's words: Killed, Timeout, Survived, NoCoverage, CompileError, RuntimeError. After the deadline,
 * those tried so far.
 */
export async function tryMutants(root, folder, room, keys, tests, { concurrency, seed, verbose, deadline }) {
  const { default: Stryker } = await import('@stryker-mutator/core')
  const chosen = join(folder, `chosen-${process.pid}.json`)
  writeFileSync(chosen, JSON.stringify({ root, keys }))
  Object.assign(process.env, {
    MUTANTS_CHOSEN: chosen,
    MUTANTS_TESTS: JSON.stringify(tests),
    MUTANTS_NEVER: JSON.stringify(room.never),
    MUTANTS_SEED: String(seed),
    ROWSPACE_DATA: process.env.ROWSPACE_DATA ?? join(root, '../shared/data'),
  })
  const withMutants = new Set(keys.map((key) => key.slice(0, key.indexOf(':'))))
  const stryker = new Stryker({
    mutate: room.files.filter((file) => withMutants.has(file)),
    testRunner: 'vitest',
    vitest: { configFile: 'scripts/mutants/vitest.config.ts', related: false },
    plugins: [...PLUGINS, OWN_PLUGINS],
    checkers: ['chosen', 'typescript'],
    tsconfigFile: 'scripts/mutants/tsconfig.json',
    mutator: MUTATOR,
    ignorePatterns: ['/demo', '/docs', '/bench', '/data/cache', '/.mutants', '/.device'],
    tempDirName: join(folder, `sandbox-${process.pid}`),
    buildCommand: 'node scripts/mutants/prepare-sandbox.mjs',
    symlinkNodeModules: false,
    coverageAnalysis: 'perTest',
    ignoreStatic: false,
    concurrency,
    timeoutMS: 60_000,
    timeoutFactor: 3,
    dryRunTimeoutMinutes: 20,
    disableTypeChecks: '{src,bindings,cli}/**/*.ts',
    reporters: ['collected'],
    logLevel: verbose ? 'info' : 'error',
    allowConsoleColors: false,
    cleanTempDir: 'always',
  })
  const { collected } = await import('./stryker-plugins.mjs')
  collected.length = 0
  await Promise.race([stryker.runMutationTest(), until(deadline)]).finally(() => rmSync(chosen))
  const wanted = new Set(keys)
  return [...collected]
    .map((mutant) => ({ ...mutant, key: keyOf(fromZero(mutant), root) }))
    .filter(({ key }) => wanted.has(key))
    .map(({ key, status, statusReason, killedBy }) => ({ key, status, reason: statusReason, killedBy }))
}

function until(deadline) {
  return new Promise((resolve) => {
    if (deadline !== undefined) setTimeout(resolve, deadline - Date.now()).unref()
  })
}

/** Results count lines and columns from 1, mutants from 0. */
function fromZero({ location: { start, end }, ...mutant }) {
  const less = ({ line, column }) => ({ line: line - 1, column: column - 1 })
  return { ...mutant, location: { start: less(start), end: less(end) } }
}
