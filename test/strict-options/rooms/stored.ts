/** The options of `rowspace/stored`. */
import { encodeSafetensors } from '../../../src/formats/safetensors/writer.ts'
import { viewTable } from '../../../src/stored.ts'
import { join } from '../../formats/files.ts'
import type { Calls } from '../types.ts'

const bytes = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 1).buffer)
const FILE = join(encodeSafetensors([{ name: 'embeddings', dtype: 'F32', shape: [3, 2], bytes }]))
const table = await viewTable(FILE)
const { signal } = new AbortController()

export const calls: Calls = {
  'viewTable options': { options: { cacheBytes: 0, signal }, call: (options) => viewTable(FILE, options) },
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
