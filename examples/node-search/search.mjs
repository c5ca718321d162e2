/**
 * node search.mjs add "The cat sat on the mat." "Stock prices fell."
 * node search.mjs find "a feline on a rug"
 */
import { existsSync } from 'node:fs'
import { Collection } from 'rowspace/collection'
import { viewCollection } from 'rowspace/stored'
import { embedder } from './embed.mjs'

const FILE = 'notes.safetensors'
const DIMENSION = 384

const [action, ...texts] = process.argv.slice(2)
const embed = await embedder()

if (action === 'add' && texts.length > 0) {
  const notes = existsSync(FILE)
    ? await Collection.open(FILE)
    : await Collection.create({ dimension: DIMENSION, columns: { added: 'number' } })
  const vectors = await embed(texts)
  await notes.add(
    texts.map((text, place) => ({
      key: text,
      vector: vectors.subarray(place * DIMENSION, (place + 1) * DIMENSION),
      metadata: { added: Date.now() },
    })),
  )
  await notes.save(FILE)
  console.log(`${notes.size} notes in ${FILE}`)
} else if (action === 'find' && texts.length === 1) {
  // a question reads a few of the notes: they stay in the file
  const notes = await viewCollection(FILE)
  const query = await embed(texts)
  for (const { key, cosine } of await notes.nearest(query, { k: 3 })) console.log(cosine.toFixed(4), key)
  await notes.close()
} else {
  console.error('node search.mjs add <text>…  |  node search.mjs find <text>')
  process.exitCode = 2
}
