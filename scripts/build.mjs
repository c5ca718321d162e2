/** Bundles src/ into dist/: the package as it is published. The core must have been built (build:core). */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { build } from 'esbuild'

const DOORS = {
  index: 'src/index.ts',
  formats: 'src/formats/index.ts',
  hub: 'src/hub/index.ts',
  bulk: 'src/bulk/index.ts',
  collection: 'src/collection/index.ts',
  clickhouse: 'src/cluster/index.ts',
  'keyed-vectors': 'src/keyed-vectors/index.ts',
  text: 'src/text/index.ts',
  transforms: 'src/transforms/index.ts',
  default: 'src/default.ts',
  gpt2: 'src/gpt2.ts',
}

/** Puts another file in the place of bindings/inline-core.ts. */
const coreFrom = (path) => ({
  name: 'core',
  setup: (esbuild) =>
    esbuild.onResolve({ filter: /inline-core\.ts$/ }, () => ({
      path: new URL(`../${path}`, import.meta.url).pathname,
    })),
})

const shared = {
  bundle: true,
  // optional peers
  external: [
    'highs',
    '@huggingface/tokenizers',
    // one package or another, as package.json says
    '#clickhouse-client',
  ],
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  target: 'es2022',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  splitting: true,
  chunkNames: 'chunk-[hash]',
  logLevel: 'warning',
}

rmSync('dist', { recursive: true, force: true })
await Promise.all([
  build({ ...shared, entryPoints: DOORS, outdir: 'dist' }),
  build({
    ...shared,
    entryPoints: { index: DOORS.index },
    outdir: 'dist/slim',
    plugins: [coreFrom('bindings/no-core.ts')],
  }),
  build({
    ...shared,
    // the doors that make tables
    entryPoints: Object.fromEntries(
      ['index', 'formats', 'collection', 'default', 'keyed-vectors', 'text', 'transforms'].map((door) => [
        door,
        DOORS[door],
      ]),
    ),
    outdir: 'dist/workerd',
    conditions: ['workerd'],
    external: [...shared.external, '*.wasm'],
    plugins: [coreFrom('bindings/workerd-core.ts')],
  }),
  build({
    ...shared,
    // the command is a program of Node's, bundled on its own with its libraries; its rare parts in chunks
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir: 'dist',
    // the tokenizers are small and what tokens are read by
    external: ['highs'],
    platform: 'node',
    chunkNames: 'cli-[hash]',
    // libraries that are CommonJS ask for Node's modules by require
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module'\nconst require = __createRequire(import.meta.url)",
    },
  }),
])
// esbuild imports shared chunks once more for their side effects; they have none, and users' bundlers would warn
for (const name of readdirSync('dist', { recursive: true })) {
  if (!/\.js$/.test(name)) continue
  const path = `dist/${name}`
  writeFileSync(path, readFileSync(path, 'utf8').replace(/import"\.\/[\w-]+\.js";/g, ''))
}
chmodSync('dist/cli.js', 0o755)
copyFileSync('build/rowspace.wasm', 'dist/rowspace.wasm')
// the checksums of collections, which workerd takes as a file alone
copyFileSync('node_modules/xxhash-wasm/workerd/xxhash.wasm', 'dist/workerd/xxhash.wasm')
if (existsSync('data/glove-20k.safetensors'))
  copyFileSync('data/glove-20k.safetensors', 'dist/glove-20k.safetensors')

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
