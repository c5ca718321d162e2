/** Bundles cli/ to dist/cli.js: a program of Node's with its libraries, its rare parts in chunks. */
import { chmodSync } from 'node:fs'
import { build } from 'esbuild'
import { bundled, defaultTableAt } from './bundle-options.mjs'
import { leanLoader } from './lean-loader.mjs'

/** Returns what esbuild says of it. */
export async function buildCommand() {
  const built = await build({
    ...bundled,
    entryPoints: { cli: 'cli/main.ts' },
    outdir: 'dist',
    platform: 'node',
    define: {},
    plugins: [leanLoader, defaultTableAt('./default-table.js')],
    chunkNames: 'cli-[hash]',
    // libraries that are CommonJS ask for Node's modules by require
    banner: {
      js: [
        '#!/usr/bin/env node',
        "import { createRequire as __createRequire } from 'node:module'",
        'const require = __createRequire(import.meta.url)',
      ].join('\n'),
    },
  })
  chmodSync('dist/cli.js', 0o755)
  return built
}
