/** Installs the libraries that rowspace is measured beside, as bench/peers/package-lock.json pins them, unless they are there. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))
/** The lock file as it was when all was installed. */
const INSTALLED = join(FOLDER, 'node_modules', '.installed-lock.json')
/** Those that bring C++ to compile, which takes some minutes. The others come with what they need. */
const COMPILED = ['hnswlib-node', 'better-sqlite3']

export function installPeers() {
  const lock = readFileSync(join(FOLDER, 'package-lock.json'), 'utf8')
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === lock) return
  console.error('installing the libraries to measure beside (about 800 MB in bench/peers/node_modules)')
  npm('ci', '--ignore-scripts')
  console.error(`compiling ${COMPILED.join(' and ')} (some minutes)`)
  npm('rebuild', '--ignore-scripts=false', ...COMPILED)
  writeFileSync(INSTALLED, lock)
}

/** What npm prints goes to stderr: stdout holds the results alone. */
function npm(...args) {
  const shell = process.platform === 'win32'
  const { status, error } = spawnSync('npm', args, { cwd: FOLDER, stdio: ['ignore', 2, 2], shell })
  if (error || status !== 0)
    throw new Error(`npm ${args[0]} failed in bench/peers${error ? `: ${error.message}` : ''}`)
}
