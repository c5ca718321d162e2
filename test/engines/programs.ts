/**
 * The folder that all engines run in: the packed package, the program that is hashed, and the core suites.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { ownAddress } from '../../scripts/own-address.mjs'
import { projectPath } from '../shared-data.ts'

export const FOLDER = projectPath('build/engines')

/** Rooms whose tests need nothing but an engine. */
const CORE_SUITES = ['table', 'oracle', 'bindings']
/** Part of the program itself, and a test of what a compiler makes. */
const LEFT_OUT = ['pinned-questions.test.ts', 'shared-memory.node.test.ts']

export async function makePrograms(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true })
  unpackPackage()
  await Promise.all([
    bundle({ 'program.mjs': `export { report } from './program/report.ts'` }, ['rowspace', 'rowspace/*']),
    bundle({ 'suites.mjs': suites(false), 'suites-node.mjs': suites(true) }, ['node:*']),
  ])
  write('main.mjs', MAIN)
  write('page.html', page())
  write('worker.mjs', WORKER)
}

/** As a user has it: in node_modules, from the tarball. */
function unpackPackage(): void {
  const target = join(FOLDER, 'node_modules/rowspace')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  const packing = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', FOLDER]
  const [{ filename }] = JSON.parse(execFileSync('npm', packing, { cwd: projectPath('.'), encoding: 'utf8' }))
  execFileSync('tar', ['-xzf', join(FOLDER, filename), '-C', target, '--strip-components=1'])
  rmSync(join(FOLDER, filename))
  write('package.json', JSON.stringify({ type: 'module', dependencies: { rowspace: '*' } }))
}

/** Bundles sources, each to the file of its name. */
async function bundle(sources: Record<string, string>, external: string[]): Promise<void> {
  const given: Plugin = {
    name: 'sources given',
    setup(esbuild) {
      esbuild.onResolve({ filter: /^given:/ }, ({ path }) => ({ path: path.slice(6), namespace: 'given' }))
      esbuild.onLoad({ filter: /.*/, namespace: 'given' }, ({ path }) => ({
        contents: sources[path] ?? '',
        resolveDir: projectPath('test/engines'),
      }))
    },
  }
  await build({
    entryPoints: Object.keys(sources).map((name) => ({ in: `given:${name}`, out: name.replace('.mjs', '') })),
    outdir: FOLDER,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    external,
    alias: { vitest: projectPath('test/engines/suites/vitest.ts') },
    // the suites dispose with `using`; not every engine has the symbol
    banner: { js: `Symbol.dispose ??= Symbol.for('Symbol.dispose')` },
    plugins: [given, ownAddress],
    logLevel: 'warning',
  })
}

/** A module that runs all core suites. */
function suites(inNode: boolean): string {
  const files = CORE_SUITES.flatMap((room) =>
    readdirSync(projectPath(`test/${room}`))
      .filter((name) => /\.test\.ts$/.test(name) && !LEFT_OUT.includes(name))
      .filter((name) => inNode || !/\.node\.test\.ts$/.test(name))
      .map((name) => `${room}/${name}`),
  )
  const imports = files.map((file) => `'${file}': () => import('../${file}'),`)
  return `import { runSuites } from './suites/run.ts'
    export const suites = (runs, { threads }) => runSuites({ ${imports.join('\n')} }, runs, threads > 1)`
}

/** For Node and what is like it: prints what it found as its last line. */
const MAIN = `import { report } from './program.mjs'
const [suites, runs] = process.argv.slice(2)
const result = { report: await report() }
if (suites) result.suites = await (await import('./' + suites)).suites(Number(runs), result.report)
console.log(JSON.stringify(result))
process.exit()
`

/** For browsers: sends what it found back. */
function page(): string {
  const { exports } = JSON.parse(readFileSync(projectPath('package.json'), 'utf8'))
  const imports: Record<string, string> = {}
  for (const [door, { default: path }] of Object.entries<{ default?: string }>(exports)) {
    if (path !== undefined)
      imports[door.replace('.', 'rowspace')] = path.replace('.', '/node_modules/rowspace')
  }
  return `<!doctype html><meta charset="utf-8"><title>rowspace</title>
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">
const send = (result) => fetch(location.pathname, { method: 'POST', body: JSON.stringify(result) })
addEventListener('error', ({ message, filename }) => send({ error: message + ' ' + filename }))
try {
  const { report } = await import('/program.mjs')
  const result = { report: await report() }
  const runs = new URLSearchParams(location.search).get('runs')
  if (runs) result.suites = await (await import('/suites.mjs')).suites(Number(runs), result.report)
  await send(result)
} catch (error) {
  await send({ error: String(error?.stack ?? error) })
}
</script>
`
}

/** For workerd: answers with what it found. */
const WORKER = `import { report } from './program.mjs'
export default { fetch: async () => Response.json({ report: await report() }) }
`

function write(name: string, text: string): void {
  writeFileSync(join(FOLDER, name), text)
}
