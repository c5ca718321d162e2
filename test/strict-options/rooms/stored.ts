/** The options of `rowspace/stored`. */

import { Collection } from '../../../src/collection.ts'
import { isRowspaceError } from '../../../src/core/errors.ts'
import { encodeSafetensors } from '../../../src/formats/safetensors/writer.ts'
import { viewCollection, viewTable, writeIndex, writeIndexFile } from '../../../src/stored.ts'
import { join } from '../../formats/files.ts'
import type { Calls } from '../types.ts'

const bytes = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 1).buffer)
const FILE = join(encodeSafetensors([{ name: 'embeddings', dtype: 'F32', shape: [3, 2], bytes }]))
const chunks: Uint8Array[] = []
for await (const chunk of writeIndex(FILE)) chunks.push(chunk)
const index = join(chunks)
const table = await viewTable(FILE, { index })
const { signal } = new AbortController()

const columns = { year: 'number' } as const
const entries = await Collection.create({ dimension: 2, columns })
await entries.add({ key: 'a', vector: [1, 2], metadata: { year: 1 } })
const saved: Uint8Array[] = []
await entries.save({
  name: 'memory',
  read: async () => undefined,
  write: async (parts) => {
    for await (const part of parts) saved.push(part.slice())
  },
  lock: async () => async () => {},
})
const collection = await viewCollection(join(saved), { columns })

export const calls: Calls = {
  'viewTable options': {
    options: { cacheBytes: 0, index, threads: 1, signal },
    call: (options) => viewTable(FILE, options),
  },
  'StoredTable#vocabulary options': { options: { signal }, call: (options) => table.vocabulary(options) },
  'StoredTable#id options': { options: { signal }, call: (options) => table.id(0, options) },
  'StoredTable#token options': { options: { signal }, call: (options) => table.token(0, options) },
  'StoredTable#row options': { options: { signal }, call: (options) => table.row(0, options) },
  'StoredTable#gather options': { options: { signal }, call: (options) => table.gather([0, 1], options) },
  'StoredTable#similarity options': {
    options: { signal },
    call: (options) => table.similarity(0, 1, options),
  },
  'StoredTable#scores options': { options: { signal }, call: (options) => table.scores(0, [1], options) },
  'writeIndex options': {
    options: { codes: 'int4', signal, onProgress: () => {} },
    call: (options) => writeIndex(FILE, options).next(),
  },
  'writeIndexFile options': {
    options: { codes: 'int4', overwrite: true, signal, onProgress: () => {} },
    // options are read before the folder is looked for, which browsers do not have either
    call: (options) =>
      writeIndexFile(FILE, 'no-such-folder/rows.index.safetensors', options).catch((error) => {
        if (!isRowspaceError(error, 'NOT_FOUND') && !isRowspaceError(error, 'UNSUPPORTED')) throw error
      }),
  },
  'viewCollection options': {
    options: { columns, cacheBytes: 0, threads: 1, signal },
    call: (options) => viewCollection(join(saved), options),
  },
  'StoredCollection#vector options': {
    options: { signal },
    call: (options) => collection.vector('a', options),
  },
  'StoredCollection#similarity options': {
    options: { signal },
    call: (options) => collection.similarity('a', [1, 2], options),
  },
  'StoredCollection#loadIndex options': {
    options: { signal, onProgress: () => {} },
    call: (options) => collection.loadIndex(options),
  },
  'StoredCollection#nearest options': {
    options: { k: 1, metric: 'dot', exclude: ['a'], filter: { year: 1 }, includeInputs: true, signal },
    call: (options) => collection.nearest('a', options),
  },
  'StoredCollection#nearestBatch options': {
    options: { k: 1, signal },
    call: (options) => collection.nearestBatch(['a'], options),
  },
  'StoredTable#loadIndex options': {
    options: { signal, onProgress: () => {} },
    call: (options) => table.loadIndex(options),
  },
  'StoredTable#nearest options': {
    options: {
      k: 1,
      metric: 'dot',
      minScore: 0,
      exclude: [1],
      includeInputs: true,
      filter: () => true,
      signal,
    },
    call: (options) => table.nearest(0, options),
  },
  'StoredTable#nearestBatch options': {
    options: { k: 1, signal },
    call: (options) => table.nearestBatch([0], options),
  },
  'StoredTable#analogy expression': {
    options: { positive: [0], negative: [1] },
    call: (expression) => table.analogy(expression),
  },
  'StoredTable#analogy options': {
    options: { k: 1, normalize: true, signal },
    call: (options) => table.analogy({ positive: [0] }, options),
  },
  'StoredTable#analogyBatch options': {
    options: { k: 1, normalize: true, signal },
    call: (options) => table.analogyBatch([{ positive: [0] }], options),
  },
  'StoredTable#combine expression': {
    options: { positive: [0, [1, 0.5]], negative: [Float32Array.of(1, 2)] },
    call: (expression) => table.combine(expression),
  },
  'StoredTable#combine options': {
    options: { normalize: true, signal },
    call: (options) => table.combine({ positive: [0] }, options),
  },
  'StoredTable#randomIds options': {
    options: { seed: 7, exclude: [1], signal },
    call: (options) => table.randomIds(1, options),
  },
}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = []
