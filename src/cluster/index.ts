/** Tables past one machine: pushed to ClickHouse, asked there, rescored here. */
export type { ClusterTable } from './cluster-table.ts'
export type { ClusterMatches } from './matches.ts'
export { openCluster } from './open-cluster.ts'
export type {
  ClusterAnalogyOptions,
  ClusterOptions,
  ClusterSearchOptions,
  ConnectionOptions,
  CreateClient,
  Kernel,
  Kernels,
  Pushed,
  PushOptions,
  PushProgress,
} from './options.ts'
export { pushTable } from './push.ts'
export type { Pushable, RowBlock, RowSource } from './row-source.ts'
