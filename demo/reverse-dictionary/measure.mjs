/**
 * `npm run demo:measure [-- <table> [step]]`: how often a description finds its word. Every synset of WordNet
 * is a row, its first definition pooled; the queries were held out: further definitions of the same synset
 * (paraphrases), and its example sentences, once with the word itself struck out of them and once as they
 * are. Found is what has its own synset among the first 10. Four ways to pool: every word alike or common
 * ones weighted down, the mean of all rows taken away or not. Without a table: all of GloVe (npm run data --
 * --full), else the embedded 20,000 words; with a step, only every `step`-th query.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { EmbeddingTable, openTable } from 'rowspace'
import { openDefaultTable } from 'rowspace/default'
import { embed, sifWeights } from 'rowspace/text'
import { readWordNet } from './wordnet.mjs'

const K = 10
/** Of the columns printed. */
const WIDTHS = [26, 32, 9, 8, 0]
const GLOVE = fileURLToPath(new URL('../../data/cache/glove-6b-100d.safetensors', import.meta.url))

/** The queries: `{ text, synset }`. */
function heldOut(synsets) {
  const all = (textsOf) =>
    synsets.flatMap((synset, index) => textsOf(synset).map((text) => ({ text, synset: index })))
  return {
    'a further definition': all(({ definitions }) => definitions.slice(1)),
    'an example, the word struck out': all(({ words, examples }) =>
      examples.map((example) => without(example, words)),
    ),
    'an example as it is': all(({ examples }) => examples),
  }
}

/** A sentence without the words it is an example of, in any ending. */
function without(example, words) {
  const stems = words
    .flatMap((word) => word.toLowerCase().split(/[ -]/))
    .map((word) => word.slice(0, Math.max(3, word.length - 2)))
  return example
    .split(/\s+/)
    .filter((word) => !stems.some((stem) => word.toLowerCase().replace(/^\W+/, '').startsWith(stem)))
    .join(' ')
}

/** The mean of n · d numbers, d of them. */
function meanOf(vectors, dimension) {
  const mean = new Float64Array(dimension)
  const count = vectors.length / dimension
  for (let i = 0; i < vectors.length; i++) mean[i % dimension] += vectors[i] / count
  return mean
}

/** How many of the queries find their synset among the first K, and how many there are. */
function countFound(index, queries, vectors, dimension) {
  let [found, tried] = [0, 0]
  for (let first = 0; first < queries.length; first += 256) {
    const some = queries.slice(first, first + 256).map((query, place) => {
      const at = (first + place) * dimension
      return { ...query, vector: vectors.subarray(at, at + dimension) }
    })
    // of words that the table does not have there is nothing to ask with
    const usable = some.filter(({ vector }) => vector.some((value) => value !== 0))
    const answers = index.nearestBatch(
      usable.map(({ vector }) => vector),
      { k: K },
    )
    tried += some.length
    for (const [place, { synset }] of usable.entries()) if (answers[place].ids.includes(synset)) found++
  }
  return { found, tried }
}

/** What a row is pooled from. */
const ROWS = {
  'the definition': ({ definitions }) => definitions[0],
  'its words, the definition': ({ words, definitions }) => [...words, definitions[0]].join(' '),
}

/** Runs every `step`-th query, of each kind and pooled in each way. */
export async function measure(table, synsets, { step = 1, onResult = () => {} } = {}) {
  const { dimension } = table
  const kinds = Object.entries(heldOut(synsets)).map(([kind, all]) => [
    kind,
    all.filter((_, place) => place % step === 0),
  ])
  const results = []
  for (const [rows, textOf] of Object.entries(ROWS)) {
    const texts = synsets.map(textOf)
    for (const weighted of [false, true]) {
      const weights = weighted ? sifWeights(table.size) : undefined
      const mean = meanOf(embed(table, texts, { weights }), dimension)
      for (const centred of [false, true]) {
        const options = { weights, normalize: true, centre: centred ? mean : undefined }
        const index = await EmbeddingTable.from(embed(table, texts, options), { dimension, threads: 'auto' })
        for (const [kind, queries] of kinds) {
          const vectors = embed(
            table,
            queries.map(({ text }) => text),
            options,
          )
          const result = { rows, kind, weighted, centred, ...countFound(index, queries, vectors, dimension) }
          results.push(result)
          onResult(result)
        }
        index.dispose()
      }
    }
  }
  return results
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const name = process.argv[2] ?? (existsSync(GLOVE) ? GLOVE : undefined)
  const table = name === undefined ? await openDefaultTable() : await openTable(name)
  const synsets = readWordNet()
  console.log(
    `${synsets.length} synsets of WordNet 3.1 as rows, pooled from ` +
      `${name === undefined ? 'the default table' : name.split('/').at(-1)}, ${table.size} x ` +
      `${table.dimension}`,
  )
  console.log(
    ['rows of', 'queries', 'words', 'mean', 'found']
      .map((cell, column) => cell.padEnd(WIDTHS[column]))
      .join(' '),
  )
  const print = ({ rows, kind, weighted, centred, found, tried }) => {
    const cells = [rows, kind, weighted ? 'weighted' : 'alike', centred ? 'removed' : 'left']
    const share = `${((100 * found) / tried).toFixed(1).padStart(4)} % of ${tried}`
    console.log([...cells, share].map((cell, column) => cell.padEnd(WIDTHS[column])).join(' '))
  }
  await measure(table, synsets, { step: Number(process.argv[3] ?? 1), onResult: print })
}
