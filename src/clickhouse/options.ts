/** Options of a ClickHouse connection, of uploads, and of searches. */

import type { AnalogyOptions, SearchOptions } from '../core/options.ts'
import type { Progress } from '../core/progress.ts'
import type { Condition } from '../metadata/condition.ts'
import type { ColumnTypes, Metadata, NoColumns } from '../metadata/types.ts'
import type { CoreSource } from '../table/load-core.ts'
import type { Kernel } from './bound.ts'

/** `createClient` of @clickhouse/client or @clickhouse/client-web. */
export type CreateClient = (configuration: Record<string, unknown>) => unknown

/** The server, the table, and the user. */
export interface ConnectionOptions {
  /**
   * The HTTP address of a server: http://host:8123 or https://host:8443. It may hold a user and a password.
   */
  url: string
  /** Default 'default'. */
  database?: string | undefined
  /** The name of the table. */
  table: string
  /** Default: the user in `url`, or 'default'. */
  username?: string | undefined
  /** Default: the password in `url`, or none. Errors show it as ***. */
  password?: string | undefined
  /** Milliseconds a statement may take before it is ended, on the server too. Default 300,000. */
  timeoutMilliseconds?: number | undefined
  /** Settings of the engine for every statement: { max_memory_usage: 1e10 }. */
  settings?: Readonly<Record<string, string | number>> | undefined
  /** `createClient`, if the client's package cannot be imported by its name. */
  createClient?: CreateClient | undefined
  /** Certificates for TLS, in the form of @clickhouse/client: { ca_cert: … }. Node only. */
  tls?: Readonly<Record<string, unknown>> | undefined
}

/** Progress of an upload: `done` and `total` count rows, with those that were there already. */
export type UploadProgress = Progress<'upload'>

/** Options of `uploadTable`. */
export interface UploadOptions<Columns extends ColumnTypes = NoColumns> extends ConnectionOptions {
  /**
   * The cluster whose shards store the rows, by its name in system.clusters. Default: the one server stores
   * all.
   */
  cluster?: string | undefined
  /**
   * The HTTP addresses of all servers of the cluster, needed if it has no ZooKeeper or Keeper to carry
   * `ON CLUSTER`. All take the same user and password.
   */
  servers?: readonly string[] | undefined
  /** Metadata columns to filter by: { year: 'number' }. */
  columns?: Columns | undefined
  /** Returns the metadata of a row. Missing values are null. */
  metadata?: ((id: number, token: string | undefined) => Metadata<Columns>) | undefined
  /** Drop a table of this name first. Default false: existing rows stay, and missing rows are added. */
  overwrite?: boolean | undefined
  /** Rows per insert. Default: as many as make about 16 MB. */
  rowsAtOnce?: number | undefined
  /**
   * Store int8 codes beside the rows and scan those: a quarter more space, an eighth of the time. Default
   * true.
   */
  codes?: boolean | undefined
  /** Stops the upload. Rows already sent stay, and a later upload continues from there. */
  signal?: AbortSignal | undefined
  /** Called after every chunk. What it throws is reported once the upload is done. */
  onProgress?: ((progress: UploadProgress) => void) | undefined
}

/** What `uploadTable` resolves to. */
export interface Uploaded {
  /** Rows of the table, |V|. */
  size: number
  /** Columns of a row, d. */
  dimension: number
  /** Rows sent by this call; the others were on the servers before. */
  sent: number
}

/** Options of `openClickHouse`. */
export interface ClickHouseOptions<Columns extends ColumnTypes = NoColumns> extends ConnectionOptions {
  /**
   * The metadata columns to filter by. They give conditions their types, and must be columns of the table.
   */
  columns?: Columns | undefined
  /**
   * How the engine computes. Default: 'codes' for single queries if the table has codes, 'dotProduct' for
   * batches if the engine has that function.
   */
  kernel?: Kernel | undefined
  /** The WebAssembly core that computes the final scores, as for EmbeddingTable. */
  core?: CoreSource | undefined
}

/** What every call on a ClickHouse table takes. */
export interface SignalOptions {
  /** Stops waiting, and ends the query on the server. */
  signal?: AbortSignal | undefined
}

/** Options of `nearest` and `nearestBatch` on a ClickHouse table. */
export interface ClickHouseSearchOptions<Columns extends ColumnTypes = NoColumns>
  extends Omit<SearchOptions, 'filter'>,
    SignalOptions {
  /** A condition on metadata columns: { year: { gte: 2020 } }. */
  filter?: Condition<Columns> | undefined
}

/** Options of `analogy` and `analogyBatch` on a ClickHouse table. */
export interface ClickHouseAnalogyOptions<Columns extends ColumnTypes = NoColumns>
  extends ClickHouseSearchOptions<Columns>,
    Pick<AnalogyOptions, 'normalize'> {}
