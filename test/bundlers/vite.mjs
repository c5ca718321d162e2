/**
 * node vite.mjs <vite-5|vite-6|vite-7|vite> <build|dev> <app>: builds the page of a folder into its out/, or serves it and
 * prints the address, until standard input ends. Prints warnings and errors, nothing else.
 */
import { join } from 'node:path'

const [version, mode, root] = process.argv.slice(2)
const { build, createServer } = await import(version)
// on a slow machine Vite 8 warns that its own plugins took long
const quiet = version === 'vite' ? { rolldownOptions: { checks: { bundlerTimings: false } } } : {}
// the older ones make workers of one file unless they are told otherwise
const worker = version === 'vite' ? {} : { format: 'es' }
const shared = { worker, root, configFile: false, logLevel: 'warn', cacheDir: join(root, 'cache') }
if (mode === 'build') {
  await build({ ...shared, base: './', build: { outDir: 'out', chunkSizeWarningLimit: 4000, ...quiet } })
} else {
  const headers = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  }
  const server = await createServer({ ...shared, server: { host: '127.0.0.1', port: 0, headers } })
  await server.listen()
  console.log(server.resolvedUrls.local[0])
  process.stdin.resume().on('end', () => server.close())
}
