/** Bundles src/ into dist/: the package as it is published. The core must have been built (build:core). */
import { execFileSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { buildCommand } from './build-command.mjs'
import { bundled, defaultTableAt } from './bundle-options.mjs'
import { leanLoader } from './lean-loader.mjs'
import { writeLicences } from './licences.mjs'

/** The doors: keys of package.json's `exports`, as files of dist/ and what stands behind them. */
const DOORS = {
  index: 'src/index.ts',
  'slim/index': 'src/index.ts',
  formats: 'src/formats.ts',
  hub: 'src/hub.ts',
  bulk: 'src/bulk.ts',
  collection: 'src/collection.ts',
  clickhouse: 'src/clickhouse.ts',
  'keyed-vectors': 'src/keyed-vectors.ts',
  text: 'src/text.ts',
  transforms: 'src/transforms.ts',
  stored: 'src/stored.ts',
  default: 'src/default.ts',
  gpt2: 'src/gpt2.ts',
}
/** Doors that provide no core: the caller brings it, or no table is made. */
const WITHOUT_CORE = ['slim/index', 'hub', 'bulk', 'gpt2']

const root = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

/**
 * Each door provides the core of `file` and hands on what its source exports. So all doors share one copy of
 * every class, and differ only in the core they bring.
 */
const doors = (file) => ({
  name: 'doors',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^door:/ }, ({ path }) => ({ path: path.slice(5), namespace: 'door' }))
    esbuild.onLoad({ filter: /.*/, namespace: 'door' }, ({ path }) => {
      const provide = `import { provideCore } from './bindings/provided-core.ts'
        import { bundledCore } from './${file}'
        provideCore(bundledCore)\n`
      const contents = `${WITHOUT_CORE.includes(path) ? '' : provide}export * from './${DOORS[path]}'`
      return { contents, resolveDir: root('.') }
    })
    esbuild.onResolve({ filter: /\/inline-core\.ts$/ }, ({ importer }) =>
      importer === root('src/table/load-core.ts') ? { path: root('bindings/provided-core.ts') } : undefined,
    )
  },
})

/**
 * What is loaded on demand gets its own copy of the constants and small functions that it takes from these
 * files, which hold no state. Bundlers join the modules of a search to one, but for those that others use.
 */
const copies = {
  name: 'copies for what is loaded on demand',
  setup(esbuild) {
    const onDemand = /bindings\/(?:codes|shared-core|thread-control|threads|workers)\.ts$/
    const copied = '(?:core|hardware|layout|records|search)\\.ts$'
    esbuild.onResolve(
      { filter: new RegExp(`^\\./${copied}`) },
      ({ path, importer, resolveDir, pluginData }) =>
        onDemand.test(importer) || pluginData === 'copy'
          ? { path: join(resolveDir, path), suffix: '?on-demand' }
          : undefined,
    )
    esbuild.onLoad({ filter: new RegExp(`bindings/${copied}`) }, ({ path, suffix }) =>
      suffix === '' ? undefined : { contents: readFileSync(path), loader: 'ts', pluginData: 'copy' },
    )
  },
}

const entryPoints = Object.fromEntries(Object.keys(DOORS).map((door) => [door, `door:${door}`]))
// data alone, the same everywhere
const { gpt2: _, ...workerdEntryPoints } = entryPoints

/**
 * Properties of bindings/ that nothing outside this bundle sees, nor the core, nor a worker. They get short
 * names.
 */
const INTERNAL_NAMES = [
  'allowed',
  'codeBits',
  'codeScales',
  'codeStride',
  'computeNorms',
  'emptyRow',
  'excluded',
  'excludedAt',
  'excludedCount',
  'hasCodes',
  'heapAt',
  'heapBytes',
  'heapWords',
  'idArray',
  'inputs',
  'layout',
  'moments',
  'productsBytes',
  'quantised',
  'quantisedBytes',
  'queryAt',
  'queryByRow',
  'queryByVector',
  'queryBytes',
  'residuals',
  'rowBytes',
  'rowScales',
  'scanChunk',
  'scratch',
  'scratchRows',
  'searcher',
  'waitForOthers',
  'widened',
  'workers',
]
const coreExports = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync('build/rowspace.wasm')))
const shortened = coreExports.filter(({ name }) => INTERNAL_NAMES.includes(name)).map(({ name }) => name)
if (shortened.length > 0) throw new Error(`The core exports ${shortened.join(', ')}, not the short names.`)

const shared = { ...bundled, mangleProps: new RegExp(`^(${INTERNAL_NAMES.join('|')})$`) }
/** Of the library alone: the command is a program with its libraries in it, the default table is data. */
const mapped = { ...shared, sourcemap: true }

/**
 * esbuild imports shared chunks once more for their side effects; they have none, and users' bundlers would
 * warn. Spaces take their place, so that the source maps stay right.
 */
function withoutBareImports(path) {
  const blank = (found) => ' '.repeat(found.length)
  writeFileSync(path, readFileSync(path, 'utf8').replace(/import"\.{1,2}\/[\w-]+\.js";/g, blank))
}

/** The package holds src/ and bindings/; a map repeats the text of other sources alone. */
function withoutPackedSources(path) {
  const map = JSON.parse(readFileSync(path, 'utf8'))
  const isPacked = (source) => /^(\.\.\/)+(src|bindings)\//.test(source)
  map.sourcesContent = map.sources.map((source, i) => (isPacked(source) ? null : map.sourcesContent[i]))
  writeFileSync(path, JSON.stringify(map))
}

rmSync('dist', { recursive: true, force: true })
const built = await Promise.all([
  build({
    ...mapped,
    entryPoints,
    outdir: 'dist',
    plugins: [doors('bindings/inline-core.ts'), copies, leanLoader, defaultTableAt('./default-table.js')],
  }),
  build({
    ...mapped,
    entryPoints: workerdEntryPoints,
    outdir: 'dist/workerd',
    conditions: ['workerd'],
    external: [...shared.external, '*.wasm'],
    plugins: [doors('bindings/workerd-core.ts'), copies, leanLoader, defaultTableAt('../default-table.js')],
  }),
  build({
    ...shared,
    splitting: false,
    entryPoints: { 'default-table': 'build/default-table.ts' },
    outdir: 'dist',
  }),
  buildCommand(),
])
for (const name of readdirSync('dist', { recursive: true })) {
  if (/\.js$/.test(name)) withoutBareImports(`dist/${name}`)
  if (/\.js\.map$/.test(name)) withoutPackedSources(`dist/${name}`)
}
writeLicences(
  built.map(({ metafile }) => metafile),
  'dist/third-party-licences.txt',
)
copyFileSync('build/rowspace.wasm', 'dist/rowspace.wasm')
copyFileSync('build/thread-worker.js', 'dist/thread-worker.js')
// the checksums of collections, which workerd takes as a file alone
copyFileSync('node_modules/xxhash-wasm/workerd/xxhash.wasm', 'dist/workerd/xxhash.wasm')

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
