/** The packed tarball bundled by esbuild: the bundle answers as the package does, and is small. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inlineCore } from '../../build/inline.ts'
import { ANSWER, MORE } from './answers.ts'
import { bundle } from './esbuild.ts'
import { installPacked, type Project, print } from './project.ts'

let project: Project
beforeAll(() => {
  project = installPacked()
}, 60_000)
afterAll(() => project?.remove())

test('for Node, it answers there', async () => {
  const program = `import { ask } from './ask.mjs'\n${print('ask()')}`
  const path = await bundle(project, program, 'node.mjs', { platform: 'node' })
  expect(readFileSync(path, 'utf8')).toContain(inlineCore)
  expect(JSON.parse(project.node(path))).toEqual(ANSWER)
})

test('the doors beside search', async () => {
  const program = `import { askMore } from './ask-more.mjs'\n${print('askMore()')}`
  const path = await bundle(project, program, 'more.mjs', { platform: 'node' })
  expect(JSON.parse(project.node(path))).toEqual(MORE)
})

test('for workers that compile no bytes, the engine’s own import of the .wasm is the core', async () => {
  const program = `import { EmbeddingTable } from 'rowspace'
    const table = await EmbeddingTable.from([3, 4], { dimension: 2 })
    ${print('[...table.row(0)]')}`
  const compiled = `import { readFileSync } from 'node:fs'
    export default new WebAssembly.Module(readFileSync(${JSON.stringify(
      join(project.folder, 'node_modules/rowspace/dist/rowspace.wasm'),
    )}))`
  const imported: string[] = []
  const path = await bundle(project, program, 'worker.mjs', {
    conditions: ['workerd'],
    external: ['node:*'],
    plugins: [
      {
        name: 'wasm modules, as workerd has them',
        setup(build) {
          build.onLoad({ filter: /\.wasm$/ }, ({ path }) => {
            imported.push(path.slice(project.folder.length))
            return { contents: compiled, resolveDir: project.folder }
          })
        },
      },
    ],
  })
  expect(imported).toEqual(['/node_modules/rowspace/dist/rowspace.wasm'])
  // the bytes do not travel a second time
  expect(readFileSync(path, 'utf8')).not.toContain(inlineCore)
  expect(JSON.parse(project.node(path))).toEqual([3, 4])
})

test('an app in one file, threads and kernels with relaxed SIMD in it, pays at most 26 KB gzip', async () => {
  const program = `import { EmbeddingTable } from 'rowspace'\nglobalThis.Table = EmbeddingTable`
  const path = await bundle(project, program, 'search-only.js', { minify: true })
  const bytes = gzipSync(readFileSync(path), { level: 9 }).length
  console.log(`search in one file: ${bytes} bytes gzip`)
  expect(bytes).toBeLessThanOrEqual(26 * 1024)
})

test('an app that only searches pays at most 19 KB gzip, threads 3 KB more where it has them, the core at most 12 KB', async () => {
  const program = `import { EmbeddingTable } from 'rowspace'\nglobalThis.Table = EmbeddingTable`
  const outdir = join(project.folder, 'bundles/search')
  const { metafile } = await build({
    stdin: { contents: program, resolveDir: project.folder, sourcefile: 'search.mjs' },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    outdir,
    absWorkingDir: project.folder,
    metafile: true,
  })
  const gzip = (path: string) => gzipSync(readFileSync(path), { level: 9 }).length
  const outputs = Object.entries(metafile.outputs)
  const [entry] = outputs.find(([, { entryPoint }]) => entryPoint === 'search.mjs')!
  /** A file and all it imports, but for what is loaded on demand. */
  const closure = (path: string, files = new Set<string>()) => {
    if (files.has(path)) return files
    files.add(path)
    for (const { path: next, kind } of metafile.outputs[path]!.imports) {
      if (kind === 'import-statement') closure(next, files)
    }
    return files
  }
  const sum = (files: Iterable<string>) =>
    [...files].reduce((sum, file) => sum + gzip(join(project.folder, file)), 0)
  const search = sum(closure(entry))
  const [threads] = outputs.find(([, { exports }]) => exports.includes('readThreads'))!
  const threaded = sum(new Set([...closure(entry), ...closure(threads)]))
  const core = gzip(join(project.folder, 'node_modules/rowspace/dist/rowspace.wasm'))
  console.log(`search only: ${search} bytes gzip, of which the core ${core}; with threads ${threaded}`)
  expect(search).toBeLessThanOrEqual(19 * 1024)
  expect(threaded).toBeLessThanOrEqual(22 * 1024)
  expect(core).toBeLessThanOrEqual(12 * 1024)
})
