/** The options of `rowspace/bulk`. */
import {
  maximalMarginalRelevance,
  neighbourGraph,
  pairsAbove,
  rangeSearch,
  rangeSearchBatch,
} from '../../../src/bulk.ts'
import { EmbeddingTable } from '../../../src/table/embedding-table.ts'
import type { Calls } from '../types.ts'

const table = await EmbeddingTable.from([1, 2, 3, 4], { dimension: 2 })

export const calls: Calls = {
  'maximalMarginalRelevance options': {
    options: { lambda: 0.3, candidates: 10, includeInputs: true },
    call: (options) => maximalMarginalRelevance(table, 0, options),
  },
  'neighbourGraph options': {
    options: { k: 1, onProgress: () => {} },
    call: (options) => neighbourGraph(table, options),
  },
  'pairsAbove options': {
    options: { minScore: 0.5, limit: 9 },
    call: (options) => pairsAbove(table, options),
  },
  'rangeSearch options': {
    options: { minScore: 0.5, metric: 'dot' },
    call: (options) => rangeSearch(table, 0, options),
  },
  'rangeSearchBatch options': {
    options: { minScore: 0.5, exclude: [1] },
    call: (options) => rangeSearchBatch(table, [0], options),
  },
}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = []
