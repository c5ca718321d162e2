/** Installs what rowspace is measured beside, in the versions that its folder pins, unless it is there. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folderOf = (name) => fileURLToPath(new URL(`../${name}/`, import.meta.url))

/** Those that bring C++ to compile, which takes some minutes. The others come with what they need. */
const COMPILED = ['hnswlib-node', 'better-sqlite3']

/** The libraries of `npm run bench`. */
export function installPeers() {
  const folder = folderOf('peers')
  unlessInstalled(folder, 'package-lock.json', () => {
    npm(folder, 'ci', '--ignore-scripts')
    console.error(`compiling ${COMPILED.join(' and ')} (some minutes)`)
    npm(folder, 'rebuild', '--ignore-scripts=false', ...COMPILED)
  })
}

/** The databases of `npm run bench:stored`. Not all registries have LanceDB for all platforms, which a lock file would name. */
export function installDatabases() {
  const folder = folderOf('databases')
  unlessInstalled(folder, 'package.json', () =>
    npm(folder, 'install', '--no-package-lock', '--ignore-scripts'),
  )
}

/** @param pins the file that names the versions */
function unlessInstalled(folder, pins, install) {
  const wanted = readFileSync(join(folder, pins), 'utf8')
  // the same file as it was when all was installed
  const installed = join(folder, 'node_modules', `.installed-${pins}`)
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return
  console.error(`installing what is measured beside (about 800 MB in ${join(folder, 'node_modules')})`)
  install()
  writeFileSync(installed, wanted)
}

/** What npm prints goes to stderr: stdout holds the results alone. */
function npm(folder, ...args) {
  const shell = process.platform === 'win32'
  const { status, error } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 2, 2], shell })
  if (error || status !== 0)
    throw new Error(`npm ${args[0]} failed in ${folder}${error ? `: ${error.message}` : ''}`)
}
