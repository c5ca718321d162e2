/** `npm run demo:build`: the page as a folder that any static host can serve. The package must have been built. */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

/** Writes the page to `folder` and says which of its scripts the first view loads. */
export async function buildDemo(folder) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const shared = { bundle: true, format: 'esm', target: 'es2022', minify: true, legalComments: 'none' }
  const { metafile } = await build({
    ...shared,
    entryPoints: { main: here('main.ts') },
    outdir: folder,
    splitting: true,
    metafile: true,
    chunkNames: 'chunk-[hash]',
  })
  await build({ ...shared, entryPoints: [here('style.css')], outdir: folder })
  copyFileSync(here('index.html'), join(folder, 'index.html'))
  const table = fileURLToPath(import.meta.resolve('rowspace/glove-20k.safetensors'))
  copyFileSync(table, join(folder, 'glove-20k.safetensors'))
  const scripts = Object.keys(metafile.outputs).map((path) => basename(path))
  const files = ['./', 'style.css', 'glove-20k.safetensors', ...scripts]
  const define = { FILES: JSON.stringify(files) }
  await build({ ...shared, entryPoints: { offline: here('offline.ts') }, outdir: folder, define })
  return { firstView: firstView(metafile) }
}

/** main.js and what it imports before anyone asks for more. */
function firstView({ outputs }) {
  const found = new Set()
  const add = (path) => {
    if (found.has(path)) return
    found.add(path)
    for (const { path: next, kind } of outputs[path].imports) if (kind === 'import-statement') add(next)
  }
  add(Object.keys(outputs).find((path) => basename(path) === 'main.js'))
  return ['index.html', 'style.css', ...[...found].map((path) => basename(path))]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildDemo('build/demo')
  console.log('build/demo holds the page')
}
