/** `npm run test:engines`: runs test/engines/run.ts, which needs to be bundled for Node 20. */
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { ownAddress } from './own-address.mjs'

const outfile = fileURLToPath(new URL('../build/engines/run.mjs', import.meta.url))
await build({
  entryPoints: [fileURLToPath(new URL('../test/engines/run.ts', import.meta.url))],
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  target: 'node20',
  outfile,
  plugins: [ownAddress],
  logLevel: 'warning',
})
await import(pathToFileURL(outfile).href)
