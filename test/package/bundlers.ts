/**
 * Bundlers that the packed tarball must survive. They are installed in test/bundlers/, apart from the
 * project's own dependencies, and only where ROWSPACE_REQUIRE_BUNDLERS=1 requires it. Node only.
 */
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { projectPath } from '../shared-data.ts'
import { pageOf } from './page.ts'

const FOLDER = projectPath('test/bundlers')
const MODULES = join(FOLDER, 'node_modules')

/** Whether the bundlers can be used: they are installed, or are to be. */
export function haveBundlers(): boolean {
  if (process.env.ROWSPACE_REQUIRE_BUNDLERS === '1' || existsSync(join(MODULES, 'webpack'))) return true
  console.warn('Bundlers left out: none are installed. ROWSPACE_REQUIRE_BUNDLERS=1 installs them (800 MB).')
  return false
}

/** Installs the bundlers where they are missing, and the tarball among them. */
export function installBundlers(tarball: string): void {
  if (!existsSync(join(MODULES, 'webpack'))) {
    // none of them needs its install script
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: FOLDER, stdio: 'pipe' })
  }
  const target = join(MODULES, 'rowspace')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target)
  // unpacked, not installed: npm would resolve the whole tree again
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
}

/** An app with the programs of test/package/program/ and these files. Returns its folder. */
export function makeApp(name: string, files: Record<string, string>): string {
  const app = join(FOLDER, 'apps', name)
  rmSync(app, { recursive: true, force: true })
  for (const [path, text] of Object.entries({ 'main.js': MAIN, ...files })) {
    const target = join(app, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
    cpSync(projectPath('test/package/program'), dirname(target), { recursive: true })
  }
  return app
}

const MAIN = `import { askMore } from './ask-more.mjs'
import { ask } from './ask.mjs'
globalThis.answer = Promise.all([ask(), askMore()]).then(([answer, more]) => ({ ...answer, ...more }))
`

/** A page that runs main.js, or what a bundler made of it. */
export const pageFor = (script: string) => pageOf(`import './${script}'`)

/** Pages and settings of Next's app router: the same queries run when the page is made and in the browser. */
export const NEXT_APP = {
  'next.config.mjs': `export default { output: 'export', turbopack: { root: ${JSON.stringify(FOLDER)} } }\n`,
  'app/layout.js': `export default ({ children }) => <html lang="en"><body>{children}</body></html>\n`,
  'app/page.js': `import { ask } from './ask.mjs'
import { askMore } from './ask-more.mjs'
import { Client } from './client'
export default async function Page() {
  const answer = { ...(await ask()), ...(await askMore()) }
  return <><pre>{JSON.stringify(answer)}</pre><Client /></>
}
`,
  'app/client.js': `'use client'
import { useEffect } from 'react'
export function Client() {
  useEffect(() => void import('./main.js'), [])
  return null
}
`,
  'app/main.js': MAIN,
}

const run = promisify(execFile)

/**
 * Runs a program of test/bundlers/, or of an installed package; gives all it printed. Rejects where it fails.
 */
export async function bundleWith(app: string, program: string, ...args: string[]): Promise<string> {
  const path = join(FOLDER, program)
  const [command, rest] = /\.m?js$|\/\.bin\/|\/bin\/next$/.test(path)
    ? [process.execPath, [path, ...args]]
    : [path, args]
  try {
    const { stdout, stderr } = await run(command, rest, {
      cwd: app,
      env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1' },
      maxBuffer: 1 << 26,
    })
    return stdout + stderr
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${program} failed:\n${stdout}\n${stderr}`, { cause: error })
  }
}

export const programPath = (program: string) => join(FOLDER, program)
