/** The options of `rowspace/clickhouse`. */
import type { Calls } from '../calls.ts'

export const calls: Calls = {}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = [
  'ClusterTable#id options',
  'ClusterTable#token options',
  'ClusterTable#row options',
  'ClusterTable#gather options',
  'ClusterTable#similarity options',
  'ClusterTable#nearest options',
  'ClusterTable#nearestBatch options',
  'ClusterTable#analogy expression',
  'ClusterTable#analogy options',
  'ClusterTable#analogyBatch options',
  'ClusterTable#combine expression',
  'ClusterTable#combine options',
  'ClusterTable#tokenIds options',
  'ClusterTable#inspect options',
  'openCluster options',
  'pushTable options',
]
