/** A collection that is changed, saved and opened again, without codes and with them. */
import { Collection, type CollectionStore } from 'rowspace/collection'
import { openSource } from 'rowspace/formats'
import { fillVector, randomNumbers } from '../../oracle/tables.ts'
import type { Answer } from './digest.ts'

const DIMENSION = 48
const COLUMNS = { year: 'number', language: 'string', open: 'boolean' } as const

export async function askCollections(): Promise<Answer> {
  const answers: Answer[] = []
  for (const codes of [false, true]) {
    const store = new MemoryStore()
    const collection = await makeCollection(codes)
    const before = ask(collection)
    await collection.save(store)
    const opened = await Collection.open(store, { columns: COLUMNS })
    answers.push(before, ask(opened), store.bytes.length)
    collection.dispose()
    opened.dispose()
  }
  return answers
}

type Noted = Collection<typeof COLUMNS>

async function makeCollection(codes: boolean): Promise<Noted> {
  const random = randomNumbers(11)
  const collection = await Collection.create({ dimension: DIMENSION, columns: COLUMNS, codes })
  await collection.add(
    Array.from({ length: 3000 }, (_, index) => ({
      key: index % 3 === 0 ? index : `clé ${index} 🗝`,
      vector: fillVector(new Float32Array(DIMENSION), 'plain', random),
      metadata: {
        year: index % 5 === 0 ? null : 1990 + (index % 40),
        language: ['de', 'en', null][index % 3],
        open: index % 2 === 0,
      },
    })),
  )
  await collection.delete([3, 9, 'clé 1 🗝'])
  await collection.set(6, { vector: fillVector(new Float32Array(DIMENSION), 'plain', random) })
  return collection
}

function ask(collection: Noted): Answer {
  const random = randomNumbers(12)
  return Array.from({ length: 60 }, (_, index) => {
    const query = fillVector(new Float32Array(DIMENSION), 'plain', random)
    const matches = collection.nearest(query, {
      k: 1 + (index % 30),
      metric: index % 2 === 0 ? 'cosine' : 'dot',
      filter: [undefined, { language: 'de' }, { year: { gte: 2010 }, open: true }][index % 3],
    })
    return [[...matches.keys], matches.cosines, matches.dots]
  })
}

/** Bytes that a program of the user's keeps. */
class MemoryStore implements CollectionStore {
  readonly name = 'memory'
  bytes = new Uint8Array(0)

  async read() {
    return this.bytes.length === 0 ? undefined : openSource(this.bytes)
  }

  async write(chunks: AsyncIterable<Uint8Array>) {
    const parts: Uint8Array<ArrayBuffer>[] = []
    for await (const chunk of chunks) parts.push(chunk.slice())
    this.bytes = new Uint8Array(await new Blob(parts).arrayBuffer())
  }

  async lock() {
    return async () => {}
  }
}
