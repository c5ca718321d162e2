/**
 * Runs in Stryker's copy of the project, when the mutants are in the source: links node_modules, which lies
 * some folders up, and with --build builds what tests start as programs, so that the mutants are in those
 * too.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

let above = dirname(process.cwd())
while (!existsSync(join(above, 'node_modules'))) above = dirname(above)
if (!existsSync('node_modules')) symlinkSync(join(above, 'node_modules'), 'node_modules', 'junction')
if (process.argv.includes('--build')) {
  const shell = process.platform === 'win32'
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 2, 2], shell })
  process.exitCode = status ?? 1
}
