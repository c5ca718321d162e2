/**
 * What the tests on real servers share: three shards, how they are reached, and whether answers are the same
 * to the bit.
 */
import { expect } from 'vitest'
import type { ClickHouseTable } from '../../src/clickhouse/clickhouse-table.ts'
import type { ClickHouseOptions, UploadOptions } from '../../src/clickhouse/options.ts'
import { openClickHouse, uploadTable } from '../../src/clickhouse.ts'
import { isRowspaceError, type RowspaceError } from '../../src/core/errors.ts'
import type { ColumnTypes, NoColumns } from '../../src/metadata/types.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { PASSWORD, USER } from './servers.ts'

/** Where a table goes: over all shards of a cluster, or onto one server. */
export function onServers(urls: readonly string[], table: string, cluster?: string): UploadOptions {
  const at = { url: urls[0]!, username: USER, password: PASSWORD, table }
  return cluster === undefined ? at : { ...at, cluster, servers: urls }
}

type Place<Columns extends ColumnTypes> = UploadOptions<Columns> & ClickHouseOptions<Columns>

/** Opens what was uploaded with these options, without those that only uploads take. */
export function openUploaded<Columns extends ColumnTypes = NoColumns>(
  options: Place<Columns>,
): Promise<ClickHouseTable<Columns>> {
  const { cluster: _, servers: __, rowsAtOnce: ___, metadata: ____, overwrite: _____, ...place } = options
  return openClickHouse<Columns>(place)
}

/** A table with the tokens 'token 0', 'token 1', …, here and uploaded. */
export async function uploadBoth<Columns extends ColumnTypes = NoColumns>(
  at: Omit<UploadOptions, 'columns' | 'metadata'>,
  flat: Float32Array,
  dimension: number,
  { kernel, ...options }: Partial<UploadOptions<Columns>> & Pick<ClickHouseOptions, 'kernel'> = {},
): Promise<{ local: EmbeddingTable; cluster: ClickHouseTable<Columns> }> {
  const tokens = Array.from({ length: flat.length / dimension }, (_, id) => `token ${id}`)
  const local = await EmbeddingTable.from(flat, { dimension, tokens })
  await uploadTable<Columns>(local, { ...at, ...options })
  const cluster = await openUploaded<Columns>({ ...at, kernel, columns: options.columns })
  return { local, cluster }
}

/** What a promise is rejected with, which must be a RowspaceError that names no password. */
export async function errorOf(promise: Promise<unknown>): Promise<RowspaceError> {
  const error = await promise.then(
    () => expect.fail('it was answered'),
    (error: unknown) => error,
  )
  if (!isRowspaceError(error)) throw error
  expect(`${error.message} ${JSON.stringify(error.details)}`).not.toContain(PASSWORD)
  return error
}
