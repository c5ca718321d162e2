/** What clusters are reached, filled and asked with. */

import type { Metric, Query, RowKey } from '../core/options.ts'
import type { Condition } from '../metadata/condition.ts'
import type { ColumnTypes, Metadata, NoColumns } from '../metadata/types.ts'
import type { CoreSource } from '../table/load-core.ts'
import type { Kernel, Kernels } from './bound.ts'

export type { ColumnTypes, Condition, Kernel, Kernels, Metadata, Metric, NoColumns, Query, RowKey }

/** What rowspace needs of `createClient` of @clickhouse/client or @clickhouse/client-web. */
export type CreateClient = (configuration: Record<string, unknown>) => unknown

/** Where a table is and who asks. */
export interface ConnectionOptions {
  /** The HTTP address of a server: http://host:8123, https://host:8443. A user and a password may stand in it. */
  url: string
  /** 'default' unless given. */
  database?: string | undefined
  /** The name of the table. */
  table: string
  /** 'default' unless given. */
  username?: string | undefined
  password?: string | undefined
  /** How long a statement may take, in milliseconds: then it is ended, on the server too. 300,000 unless given. */
  timeoutMilliseconds?: number | undefined
  /** Settings of the engine for every statement: { max_memory_usage: 1e10 }. */
  settings?: Readonly<Record<string, string | number>> | undefined
  /** `createClient`, where the package of the client is loaded by other ways. */
  createClient?: CreateClient | undefined
  /** Certificates for TLS, as @clickhouse/client takes them: { ca_cert: … }. Node only. */
  tls?: Readonly<Record<string, unknown>> | undefined
}

export interface UploadProgress {
  /** Rows, also those that were there already. */
  phase: 'push'
  done: number
  total: number
}

export interface UploadOptions<Columns extends ColumnTypes = NoColumns> extends ConnectionOptions {
  /** The cluster whose shards take the rows, by its name in system.clusters. Without it, the one server takes all. */
  cluster?: string | undefined
  /**
   * The HTTP address of every shard's every server, where the cluster has no ZooKeeper or Keeper to carry `ON CLUSTER`. The same user
   * and password go to each.
   */
  servers?: readonly string[] | undefined
  /** Metadata columns, to filter by. */
  columns?: Columns | undefined
  /** The metadata of a row; what is left out is null. */
  metadata?: ((id: number, token: string | undefined) => Metadata<Columns>) | undefined
  /** Drop a table of this name first. False unless given: rows that are there already stay, others are added. */
  overwrite?: boolean | undefined
  /** Rows of one insert: as many as make about 16 MB unless given. */
  rowsAtOnce?: number | undefined
  /** int8 codes beside the rows, by which they are scanned: a quarter more room, an eighth of the time. True unless given. */
  codes?: boolean | undefined
  signal?: AbortSignal | undefined
  onProgress?: ((progress: UploadProgress) => void) | undefined
}

export interface Uploaded {
  /** Rows of the table, |V|. */
  size: number
  dimension: number
  /** Rows that were sent now; the others were there. */
  sent: number
}

export interface ClickHouseOptions<Columns extends ColumnTypes = NoColumns> extends ConnectionOptions {
  /** The metadata columns that are filtered by: they type conditions, and are checked against the table's. */
  columns?: Columns | undefined
  /** How the engine computes. Unless given: a question alone by codes where the table has them, many at once by its dotProduct where it has one. */
  kernel?: Kernel | undefined
  /** As for tables: the core to rescore on. */
  core?: CoreSource | undefined
}

export interface ClickHouseSearchOptions<Columns extends ColumnTypes = NoColumns> {
  /** How many rows: 10 unless given. */
  k?: number | undefined
  /** What to rank by; 'cosine' unless given. */
  metric?: Metric | undefined
  /** The least score, by `metric`, of a row in the answer. */
  minScore?: number | undefined
  /** Rows to leave out. */
  exclude?: Iterable<RowKey> | undefined
  /** A condition on metadata columns. */
  filter?: Condition<Columns> | undefined
  /** Whether the rows that were asked with may be in the answer. False unless given. */
  includeInputs?: boolean | undefined
  signal?: AbortSignal | undefined
}

export interface ClickHouseAnalogyOptions<Columns extends ColumnTypes = NoColumns>
  extends ClickHouseSearchOptions<Columns> {
  /** Scale each input row to length 1 before adding. False unless given. */
  normalize?: boolean | undefined
}
