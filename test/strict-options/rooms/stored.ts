/** The options of `rowspace/stored`. */
import { encodeSafetensors } from '../../../src/formats/safetensors/writer.ts'
import { viewTable, writeIndex } from '../../../src/stored.ts'
import { join } from '../../formats/files.ts'
import type { Calls } from '../types.ts'

const bytes = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 1).buffer)
const FILE = join(encodeSafetensors([{ name: 'embeddings', dtype: 'F32', shape: [3, 2], bytes }]))
const chunks: Uint8Array[] = []
for await (const chunk of writeIndex(FILE)) chunks.push(chunk)
const index = join(chunks)
const table = await viewTable(FILE, { index })
const { signal } = new AbortController()

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
