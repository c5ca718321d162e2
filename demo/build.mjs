/**
 * `npm run demo:build`: the page as a folder that any static host can serve. The package must have been
 * built.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { buildDictionary } from './reverse-dictionary/build.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const FONT = 'inter.woff2'
/** A table to open, where `npm run data -- --transformer` has made it. */
const TRANSFORMER = 'use-lite-8002.safetensors'

/**
 * Writes the page to `folder`, by default with the reverse dictionary beside it, and returns which of its
 * files the first view loads.
 */
export async function buildDemo(folder, { dictionary = true } = {}) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const shared = { bundle: true, format: 'esm', target: 'es2022', minify: true, legalComments: 'none' }
  const transformer = here(`../data/cache/${TRANSFORMER}`)
  const hasTransformer = existsSync(transformer)
  if (hasTransformer) copyFileSync(transformer, join(folder, TRANSFORMER))
  const { metafile } = await build({
    ...shared,
    define: { TRANSFORMER: JSON.stringify(hasTransformer ? TRANSFORMER : '') },
    entryPoints: { main: here('main.ts'), worker: here('worker.ts'), measure: here('measure/worker.ts') },
    outdir: folder,
    splitting: true,
    metafile: true,
    chunkNames: 'chunk-[hash]',
  })
  await build({ ...shared, entryPoints: [here('style.css')], outdir: folder, external: [FONT] })
  copyFileSync(here('index.html'), join(folder, 'index.html'))
  const copies = {
    'glove-20k.safetensors': '../data/glove-20k.safetensors',
    [FONT]: '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
    'inter-license.txt': '@fontsource-variable/inter/LICENSE',
  }
  for (const [name, from] of Object.entries(copies)) {
    const path = from.startsWith('../') ? here(from) : fileURLToPath(import.meta.resolve(from))
    copyFileSync(path, join(folder, name))
  }
  const scripts = Object.keys(metafile.outputs).map((path) => basename(path))
  const files = ['./', 'style.css', ...Object.keys(copies), ...scripts]
  const define = { FILES: JSON.stringify(files) }
  await build({ ...shared, entryPoints: { offline: here('offline.ts') }, outdir: folder, define })
  if (dictionary) await buildDictionary(join(folder, 'reverse-dictionary'))
  return { firstView: firstView(metafile) }
}

/** The page, its worker, and what they import before anyone asks for more. */
function firstView({ outputs }) {
  const found = new Set()
  const add = (path) => {
    if (found.has(path)) return
    found.add(path)
    for (const { path: next, kind } of outputs[path].imports) if (kind === 'import-statement') add(next)
  }
  for (const name of ['main.js', 'worker.js']) {
    add(Object.keys(outputs).find((path) => basename(path) === name))
  }
  return ['index.html', 'style.css', FONT, ...[...found].map((path) => basename(path))]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { firstView } = await buildDemo('build/demo')
  const bytes = firstView.map((name) => gzipSync(readFileSync(join('build/demo', name))).length)
  const sum = bytes.reduce((sum, size) => sum + size, 0)
  console.log(`build/demo holds the page; its first view is ${(sum / 1000).toFixed(0)} kB, by gzip`)
}
