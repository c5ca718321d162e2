/** npm packages that data is made from. Each is pinned by a folder with a lock file of its own, and installed when it is needed. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { progress, ROOT, readJson, stop } from './files.mjs'

/** Installs what the lock file of `folder` pins, unless it is there. Returns where it is and its version. */
export function installPackage(folder, name, size) {
  const version = readJson(join(folder, 'package.json')).dependencies[name]
  const path = join(folder, 'node_modules', name)
  const manifest = join(path, 'package.json')
  if (existsSync(manifest) && readJson(manifest).version === version) return { path, version }
  progress(`installing ${name} ${version} (${size})`)
  // peers are libraries that would use the numbers; the numbers do not need them
  npm('ci', '--prefix', relative(ROOT, folder), '--ignore-scripts', '--omit=peer', '--no-audit', '--no-fund')
  return { path, version }
}

/** The project's own writer of safetensors, from the built package. */
export async function loadWriter() {
  const formats = new URL('../dist/formats.js', import.meta.url)
  if (!existsSync(formats)) {
    progress('building dist/, whose writer is used')
    npm('run', '--silent', 'build')
  }
  const { encodeSafetensors, tokensTensor } = await import(formats)
  return {
    encode: (tensors, metadata) => Buffer.concat([...encodeSafetensors(tensors, metadata)]),
    tokensTensor,
  }
}

function npm(...args) {
  // What npm prints goes to stderr: stdout holds the results alone.
  const shell = process.platform === 'win32'
  const { status, error } = spawnSync('npm', args, { cwd: ROOT, stdio: ['ignore', 2, 2], shell })
  if (error || status !== 0) stop(`npm ${args[0]} failed${error ? `: ${error.message}` : ''}`)
}
