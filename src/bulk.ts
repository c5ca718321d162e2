/** The door of `rowspace/bulk`: questions about many rows at once. */

export { maximalMarginalRelevance, type RelevanceOptions } from './bulk/maximal-marginal-relevance.ts'
export { type GraphOptions, NeighbourGraph, neighbourGraph } from './bulk/neighbour-graph.ts'
export { type PairsAboveOptions, pairsAbove, type RowPair, RowPairs } from './bulk/pairs-above.ts'
export { type RangeOptions, rangeSearch, rangeSearchBatch } from './bulk/range-search.ts'
export type { WorkOptions, WorkProgress } from './core/in-steps.ts'
