/** The options of `rowspace` itself. */

import { openTable } from '../../../src/open/open-table.ts'
import { EmbeddingTable } from '../../../src/table/embedding-table.ts'
import type { Calls } from '../types.ts'

const rows = [1, 2, 3, 4]
const table = await EmbeddingTable.from(rows, { dimension: 2, tokens: ['a', 'b'] })

export const calls: Calls = {
  'openTable options': {
    options: { encodingErrors: 'ignore', threads: 1, tokens: ['a'] },
    call: async (options) => (await openTable(new TextEncoder().encode('b 1 2\n'), options)).dispose(),
  },
  'EmbeddingTable.from options': {
    options: { dimension: 2, dtype: 'f16', codes: false },
    call: (options) => EmbeddingTable.from(rows, options),
  },
  'EmbeddingTable.fill shape': {
    options: { size: 2, dimension: 2 },
    call: (shape) => EmbeddingTable.fill(shape, () => undefined),
  },
  'EmbeddingTable.fill options': {
    options: { tokens: ['a', 'b'], threads: 1 },
    call: (options) => EmbeddingTable.fill({ size: 2, dimension: 2 }, () => undefined, options),
  },
  'EmbeddingTable#nearest options': {
    options: { k: 1, filter: () => true },
    call: (options) => table.nearest(0, options),
  },
  'EmbeddingTable#nearestBatch options': {
    options: { minScore: 0.5 },
    call: (options) => table.nearestBatch([0], options),
  },
  'EmbeddingTable#analogy expression': {
    options: { positive: ['a'] },
    call: (expression) => table.analogy(expression),
  },
  'EmbeddingTable#analogy options': {
    options: { normalize: true, metric: 'dot' },
    call: (options) => table.analogy({ positive: ['a'] }, options),
  },
  'EmbeddingTable#analogyBatch expressions': {
    options: { positive: ['a'] },
    call: (expression) => table.analogyBatch([expression]),
  },
  'EmbeddingTable#analogyBatch options': {
    options: { exclude: ['b'] },
    call: (options) => table.analogyBatch([{ positive: ['a'] }], options),
  },
  'EmbeddingTable#combine expression': {
    options: { positive: ['a'] },
    call: (expression) => table.combine(expression),
  },
  'EmbeddingTable#combine options': {
    options: { normalize: true },
    call: (options) => table.combine({ positive: ['a'] }, options),
  },
  'EmbeddingTable#randomIds options': {
    options: { seed: 3 },
    call: (options) => table.randomIds(1, options),
  },
}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = ['openDefaultTable options']
