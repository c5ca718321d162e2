/** Tables past one machine: pushed to ClickHouse, asked there, rescored here. */
export { type ClusterTable, openCluster } from './cluster-table.ts'
export type { ClusterMatches } from './matches.ts'
export type {
  ClusterAnalogyOptions,
  ClusterOptions,
  ClusterSearchOptions,
  ConnectionOptions,
  CreateClient,
  Kernel,
  Pushed,
  PushOptions,
  PushProgress,
} from './options.ts'
export { pushTable } from './push.ts'
