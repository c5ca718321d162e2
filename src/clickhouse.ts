/** Tables on ClickHouse: `uploadTable` stores them, `openClickHouse` queries them. */
export type { Kernel, Kernels } from './clickhouse/bound.ts'
export type { ClickHouseTable, Inspection } from './clickhouse/clickhouse-table.ts'
export { openClickHouse } from './clickhouse/open-clickhouse.ts'
export type {
  ClickHouseAnalogyOptions,
  ClickHouseOptions,
  ClickHouseSearchOptions,
  ConnectionOptions,
  CreateClient,
  Uploaded,
  UploadOptions,
  UploadProgress,
} from './clickhouse/options.ts'
export type { ClickHouseMatches } from './clickhouse/rescore.ts'
export type { Uploadable } from './clickhouse/row-source.ts'
export { uploadTable } from './clickhouse/upload-table.ts'
export type { RowBlock, RowSource } from './open/open-rows.ts'
