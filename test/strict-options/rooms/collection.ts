/** The options of `rowspace/collection`. */
import { Collection, type CollectionStore } from '../../../src/collection.ts'
import { bytesSource } from '../../../src/sources/bytes.ts'
import { EmbeddingTable } from '../../../src/table/embedding-table.ts'
import type { Calls } from '../types.ts'

const columns = { year: 'number' } as const
const make = async () => {
  const collection = await Collection.create({ dimension: 2, columns })
  await collection.add({ key: 'a', vector: [1, 2], metadata: { year: 1 } })
  return collection
}
const table = await EmbeddingTable.from([1, 2, 3, 4], { dimension: 2, tokens: ['a', 'b'] })

function memoryStore(): CollectionStore {
  let bytes: Uint8Array<ArrayBuffer> | undefined
  return {
    name: 'memory',
    read: async () => (bytes === undefined ? undefined : bytesSource(bytes)),
    write: async (chunks) => {
      const parts: BlobPart[] = []
      for await (const chunk of chunks) parts.push(chunk.slice())
      bytes = new Uint8Array(await new Blob(parts).arrayBuffer())
    },
    lock: async () => async () => {},
  }
}

export const calls: Calls = {
  'Collection.create options': {
    options: { dimension: 2, capacity: 3, columns, dtype: 'bf16', codes: true, threads: 1 },
    call: (options) => Collection.create(options),
  },
  'Collection.open options': {
    options: { columns, codes: false, capacity: 3, onProgress: () => {} },
    call: async (options) => {
      const store = memoryStore()
      await (await make()).save(store)
      return Collection.open(store, options)
    },
  },
  'Collection.fromTable options': {
    options: { columns, keyOf: String, metadataOf: () => ({ year: 1 }), dtype: 'f16' },
    call: (options) => Collection.fromTable(table, options),
  },
  'Collection#add options': {
    options: { duplicates: 'overwrite' },
    call: async (options) => (await make()).add({ key: 'a', vector: [1, 2] }, options),
  },
  'Collection#set entry': {
    options: { vector: [3, 4], metadata: { year: 2 } },
    call: async (entry) => (await make()).set('a', entry),
  },
  'Collection#save options': {
    options: { overwrite: true, onProgress: () => {}, signal: new AbortController().signal },
    call: async (options) => (await make()).save(memoryStore(), options),
  },
  'Collection#nearest options': {
    options: { k: 1, metric: 'dot', minScore: 0, exclude: ['a'], filter: { year: 1 }, includeInputs: true },
    call: async (options) => (await make()).nearest('a', options),
  },
  'Collection#nearestBatch options': {
    options: { minScore: 0.5, filter: () => true },
    call: async (options) => (await make()).nearestBatch(['a'], options),
  },
  'Collection#toTable options': {
    options: { codes: false, threads: 1 },
    call: async (options) => (await make()).toTable(options),
  },
}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = []
