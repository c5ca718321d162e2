/**
 * node vite.mjs <vite-5|vite-7> <build|dev> <app>: builds the page of a folder into its out/, or serves it and prints the
 * address, until standard input ends. Prints warnings and errors, nothing else.
 */
import { join } from 'node:path'

const [version, mode, root] = process.argv.slice(2)
const { build, createServer } = await import(version)
const shared = { root, configFile: false, logLevel: 'warn', cacheDir: join(root, 'cache') }
if (mode === 'build') {
  await build({ ...shared, base: './', build: { outDir: 'out', chunkSizeWarningLimit: 4000 } })
} else {
  const server = await createServer({ ...shared, server: { host: '127.0.0.1', port: 0 } })
  await server.listen()
  console.log(server.resolvedUrls.local[0])
  process.stdin.resume().on('end', () => server.close())
}
