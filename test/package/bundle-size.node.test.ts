/** What an app that only searches pays for rowspace, the core included, in bundlers that split code. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { transformSync } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { bundleWith, haveBundlers, installBundlers, makeApp, pageFor } from './bundlers.ts'
import { installPacked } from './project.ts'

const SEARCH = `import { EmbeddingTable } from 'rowspace'
EmbeddingTable.from([1, 0, 0.6, 0.8], { dimension: 2, tokens: ['a', 'b'] }).then((table) => {
  globalThis.answer = table.nearest('a').toArray()
})
`
/** As README.md promises. */
const LIMIT = 19 * 1024

/** Bytes of a file and all it imports, but for what is loaded on demand, minified and gzipped. */
function gzipped(folder: string, entry: string, seen = new Set<string>()): number {
  if (seen.has(entry)) return 0
  seen.add(entry)
  const { code } = transformSync(readFileSync(join(folder, entry), 'utf8'), { minify: true, format: 'esm' })
  const imports = [...code.matchAll(/(?:from|import)"\.\/([^"]+)"/g)].map(([, path]) => path!)
  return imports.reduce((sum, path) => sum + gzipped(folder, path, seen), gzipSync(code, { level: 9 }).length)
}

describe.skipIf(!haveBundlers())('an app that only searches pays at most 19 KB gzip', () => {
  beforeAll(() => {
    const project = installPacked()
    installBundlers(project.tarball)
    project.remove()
  }, 600_000)

  const BUILDS = [
    ['webpack', ['webpack.mjs', 'webpack'], 'out'],
    ['rollup', ['rollup.mjs'], 'out'],
    ['vite-7', ['vite.mjs', 'vite-7', 'build'], 'out/assets'],
  ] as const
  test.each(BUILDS)('in %s', { timeout: 300_000 }, async (bundler, [program, ...options], out) => {
    const app = makeApp(`search-${bundler}`, { 'main.js': SEARCH, 'index.html': pageFor('main.js') })
    await bundleWith(app, program, ...options, app)
    const folder = join(app, out)
    const entry = readdirSync(folder).find((name) => /^(main|index-.*)\.js$/.test(name))!
    const bytes = gzipped(folder, entry)
    console.log(`${bundler}: ${bytes} bytes gzip`)
    expect(bytes).toBeLessThanOrEqual(LIMIT)
  })
})
