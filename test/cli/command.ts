/** Runs the built command as its users do: a process of its own. `npm run build` first (npm test does). */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { projectPath } from '../shared-data.ts'

export const CLI = projectPath('dist/cli.js')

export interface Ran {
  stdout: string
  stderr: string
  code: number | null
}

const { FORCE_COLOR: _, NO_COLOR: __, ...environment } = process.env

/** One call, waited for. What the tests' own terminal has by way of colours does not count. */
export function rowspace(...args: string[]): Ran {
  return rowspaceWith({}, ...args)
}

export function rowspaceWith(env: NodeJS.ProcessEnv, ...args: string[]): Ran {
  const { stdout, stderr, status } = spawnSync(process.execPath, [CLI, ...args], {
    encoding: 'utf8',
    env: { ...environment, ...env },
    maxBuffer: 1 << 28,
  })
  return { stdout, stderr, code: status }
}

/**
 * The one document that `--json` printed: stdout holds it and nothing else, stderr nothing. `--quiet`, since a command
 * that takes two seconds on a slow machine says there how far it is.
 */
export function json(...args: string[]) {
  const { stdout, stderr, code } = rowspace(...args, '--json', '--quiet')
  if (code !== 0 || stderr !== '') throw new Error(`exit code ${code}: ${stderr}`)
  return JSON.parse(stdout)
}

/** A call that is still running. */
export function start(...args: string[]) {
  return startWith({}, ...args)
}

export function startWith(env: NodeJS.ProcessEnv, ...args: string[]) {
  return spawn(process.execPath, [CLI, ...args], { env: { ...environment, ...env } })
}

/** An empty folder that goes with the test. */
export function folder(): string {
  const { path, remove } = lastingFolder()
  onTestFinished(remove)
  return path
}

/** An empty folder for several tests: the caller removes it. */
export function lastingFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'rowspace-cli-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
