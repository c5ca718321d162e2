/** The options of `rowspace/bulk`. */
import type { Calls } from '../calls.ts'

export const calls: Calls = {}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = [
  'maximalMarginalRelevance options',
  'neighbourGraph options',
  'pairsAbove options',
  'rangeSearch options',
  'rangeSearchBatch options',
]
