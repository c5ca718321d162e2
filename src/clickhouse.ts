/** Tables past one machine: pushed to ClickHouse, asked there, rescored here. */
export type { ClusterTable } from './clickhouse/clickhouse-table.ts'
export type { ClusterMatches } from './clickhouse/matches.ts'
export { openCluster } from './clickhouse/open-clickhouse.ts'
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
} from './clickhouse/options.ts'
export type { Pushable, RowBlock, RowSource } from './clickhouse/row-source.ts'
export { pushTable } from './clickhouse/upload-table.ts'
