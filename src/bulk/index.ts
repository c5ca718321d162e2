/** The door of `rowspace/bulk`: questions about many rows at once. */
export type { WorkOptions, WorkProgress } from '../in-steps.ts'
export { maximalMarginalRelevance, type RelevanceOptions } from './maximal-marginal-relevance.ts'
export { type GraphOptions, NeighbourGraph, neighbourGraph } from './neighbour-graph.ts'
export { type PairsAboveOptions, pairsAbove, type RowPair, RowPairs } from './pairs-above.ts'
export { type RangeOptions, rangeSearch, rangeSearchBatch } from './range-search.ts'
