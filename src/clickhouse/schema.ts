/**
 * The layout of a table on the engine:
 *
 * ```
 * <table>           the queried table: MergeTree on one server, Distributed over the shards' <table>_local on
 * a cluster <table>_local     the rows of one shard
 *   id       UInt64              0 … |V| − 1, the order of the rows
 *   token    Nullable(String)
 *   row      Array(Float32)      d numbers
 *   codes    Array(Int8)         d numbers, or none; scale, norm and residual as in codes.ts
 *   scale    Float32
 *   norm     Float64             ‖row‖
 *   residual Float32
 *   metadata_<name>              Nullable(Float64), Nullable(String) or Nullable(UInt8) (0 and 1)
 * <table>_meta      a view of one row of constants: what the table is (Description)
 * <table>_complete  a view of one row: created once every row is counted, so that no half table is queried
 * ```
 *
 * Rows are sent in chunks of `chunkRows` ids, each to one shard in one insert, which the engine writes whole
 * or not at all. A partition holds CHUNKS_PER_PARTITION chunks: chunks to be sent again are dropped by
 * partition.
 */

import { makeColumns } from '../metadata/columns.ts'
import type { ColumnType, ColumnTypes } from '../metadata/types.ts'
import type { Connection } from './connection.ts'
import { quoteName, quoteText } from './sql.ts'

/** The schema version that this version writes and reads. */
export const SCHEMA_VERSION = 1
export const CHUNKS_PER_PARTITION = 64

export interface Description {
  version: number
  /** Rows, |V|. */
  size: number
  dimension: number
  /** The element type of the source. On the engine rows are float32, which holds every f16 and bf16. */
  dtype: string
  tokens: boolean
  codes: boolean
  /** Rows per insert. */
  chunkRows: number
  columns: ColumnTypes
  /** '' on one server. */
  cluster: string
}

export const metadataColumn = (name: string) => `metadata_${name}`

const TYPES: Readonly<Record<ColumnType, string>> = { number: 'Float64', string: 'String', boolean: 'UInt8' }

export interface Names {
  /** The table of rows on each server. */
  local: string
  table: string
  meta: string
  complete: string
}

export function namesOf(table: string, cluster: string): Names {
  return {
    local: cluster === '' ? table : `${table}_local`,
    table,
    meta: `${table}_meta`,
    complete: `${table}_complete`,
  }
}

/** Bytes the engine reads to look one row up. Fewer make the index larger, more make lookups slower. */
const GRANULE_BYTES = 1 << 16

function granularity(dimension: number): number {
  return Math.max(64, Math.min(1024, 2 ** Math.floor(Math.log2(GRANULE_BYTES / (4 * dimension)))))
}

/** The statements that create the tables, to be run on every server. `on` is ON CLUSTER '…' or nothing. */
export function createStatements(
  connection: Connection,
  description: Description,
  { on, replicated }: { on: string; replicated: boolean },
): string[] {
  const { cluster, columns, dimension, chunkRows } = description
  const names = namesOf(connection.table, cluster)
  const metadata = Object.entries(columns).map(
    ([name, type]) => `${quoteName(metadataColumn(name))} Nullable(${TYPES[type]})`,
  )
  const fields = [
    'id UInt64',
    'token Nullable(String)',
    'row Array(Float32)',
    'codes Array(Int8)',
    'scale Float32',
    'norm Float64',
    'residual Float32',
    ...metadata,
  ].join(', ')
  const path = `/clickhouse/tables/{shard}/${connection.database}/${names.local}`
  const engine = replicated ? `ReplicatedMergeTree(${quoteText(path)}, '{replica}')` : 'MergeTree()'
  const create = (name: string) => `CREATE TABLE IF NOT EXISTS ${connection.named(name)}${on} (${fields})`
  const local =
    `${create(names.local)} ENGINE = ${engine} ` +
    `PARTITION BY intDiv(id, ${chunkRows * CHUNKS_PER_PARTITION}) ORDER BY id ` +
    `SETTINGS index_granularity = ${granularity(dimension)}`
  const parts = [cluster, connection.database, names.local].map(quoteText).join(', ')
  const distributed = `${create(names.table)} ENGINE = Distributed(${parts}, intDiv(id, ${chunkRows}))`
  return [local, ...(cluster === '' ? [] : [distributed]), createMeta(connection, description, on)]
}

function createMeta(connection: Connection, description: Description, on: string): string {
  const { version, size, dimension, dtype, tokens, codes, chunkRows, columns, cluster } = description
  const values = {
    version: `toUInt32(${version})`,
    size: `toUInt64(${size})`,
    dimension: `toUInt32(${dimension})`,
    dtype: quoteText(dtype),
    tokens: `toUInt8(${Number(tokens)})`,
    codes: `toUInt8(${Number(codes)})`,
    chunk_rows: `toUInt32(${chunkRows})`,
    columns: quoteText(JSON.stringify(columns)),
    cluster: quoteText(cluster),
  }
  const list = Object.entries(values).map(([name, value]) => `${value} AS ${name}`)
  const view = connection.named(namesOf(connection.table, cluster).meta)
  return `CREATE VIEW IF NOT EXISTS ${view}${on} AS SELECT ${list.join(', ')}`
}

export function completeStatement(
  connection: Connection,
  { cluster, size }: Description,
  on: string,
): string {
  const view = connection.named(namesOf(connection.table, cluster).complete)
  return `CREATE VIEW IF NOT EXISTS ${view}${on} AS SELECT toUInt64(${size}) AS size`
}

/** The statements that drop a table, starting with the mark that it is complete. */
export function dropStatements(connection: Connection, on: string): string[] {
  const { table } = connection
  const kinds = ['_complete', '', '_local', '_meta']
  return kinds.map((kind) => `DROP TABLE IF EXISTS ${connection.named(table + kind)}${on}`)
}

/** The names in the database that start with this table's. */
export async function existingTables(connection: Connection, signal?: AbortSignal): Promise<Set<string>> {
  const { database, table } = connection
  const rows = await connection.select(
    `SELECT name FROM system.tables ` +
      `WHERE database = ${quoteText(database)} AND startsWith(name, ${quoteText(table)})`,
    { signal },
  )
  return new Set(rows.map(([name]) => String(name)))
}

/**
 * Throws `UNSUPPORTED` for a table of a newer version, `INVALID_FORMAT` for one that rowspace did not make.
 */
export async function readDescription(connection: Connection, signal?: AbortSignal): Promise<Description> {
  const meta = connection.named(namesOf(connection.table, '').meta)
  const [given] = await connection.select(`SELECT version FROM ${meta}`, { signal })
  const version = Number(given?.[0])
  if (version !== SCHEMA_VERSION) {
    throw connection.error(
      'UNSUPPORTED',
      `it has version ${version}; this rowspace reads version ${SCHEMA_VERSION}. Update rowspace.`,
      { version },
    )
  }
  const fields = 'version, size, dimension, dtype, tokens, codes, chunk_rows, columns, cluster'
  const row = await connection.selectOne(`SELECT ${fields} FROM ${meta}`, { signal })
  const [, size, dimension, dtype, tokens, codes, chunkRows, columns, cluster] = row
  const counts = { size: Number(size), dimension: Number(dimension), chunkRows: Number(chunkRows) }
  const types = parseColumns(String(columns))
  const isCount = (count: number) => Number.isSafeInteger(count) && count > 0
  if (!Object.values(counts).every(isCount) || types === undefined) {
    const problem = 'its description is not as rowspace wrote it. Upload it again with overwrite.'
    throw connection.error('INVALID_FORMAT', problem)
  }
  return {
    ...counts,
    version,
    dtype: String(dtype),
    tokens: Number(tokens) === 1,
    codes: Number(codes) === 1,
    columns: types,
    cluster: String(cluster),
  }
}

function parseColumns(text: string): ColumnTypes | undefined {
  try {
    const columns = JSON.parse(text)
    makeColumns(columns)
    return columns
  } catch {
    return undefined
  }
}
