/** Bytes, by gzip, of the core and of all that an app loads which only searches. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length

export async function bundleSizes() {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `export { EmbeddingTable } from './dist/index.js'`,
      resolveDir: ROOT,
      sourcefile: 'search.mjs',
    },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    outdir: 'out',
    absWorkingDir: ROOT,
    metafile: true,
    write: false,
    external: ['node:*'],
  })
  const [entry] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === 'search.mjs')
  const loaded = new Set()
  /** What is loaded on demand (threads) does not count. */
  const load = (path) => {
    if (loaded.has(path)) return
    loaded.add(path)
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement') load(next)
    }
  }
  load(entry)
  const search = outputFiles
    .filter(({ path }) => [...loaded].some((name) => path.endsWith(name)))
    .reduce((sum, { contents }) => sum + gzip(contents), 0)
  return { search, core: gzip(readFileSync(new URL('../../dist/rowspace.wasm', import.meta.url))) }
}
