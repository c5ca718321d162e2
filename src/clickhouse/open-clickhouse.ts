/** Opens a table on ClickHouse: checks that it is complete, and chooses how to search it. */

import { describe } from '../core/values.ts'
import type { ColumnTypes, NoColumns } from '../metadata/types.ts'
import type { Kernel, Kernels } from './bound.ts'
import { checkCount } from './candidates.ts'
import { ClickHouseTable } from './clickhouse-table.ts'
import { Connection } from './connection.ts'
import type { ClickHouseOptions } from './options.ts'
import { readClickHouseOptions } from './read-options.ts'
import { type Description, existingTables, namesOf, readDescription } from './schema.ts'
import { quoteText } from './sql.ts'

/**
 * Opens a table that `uploadTable` stored. Every answer has the bits that an EmbeddingTable of the same rows
 * gives. If a shard cannot be reached, a query is an error, never an answer without its rows.
 *
 * @throws RowspaceError `NOT_FOUND` if there is no such database or table; `TRUNCATED` if its upload has not
 *   ended; `CHANGED` if its shards do not have the number of rows that were uploaded; `UNSUPPORTED` if a
 *   newer version made it; `ACCESS_DENIED`; `IO`; `INVALID_ARGUMENT` for an option
 * @example
 * const table = await openClickHouse({ url: 'http://localhost:8123', table: 'glove' })
 * for (const { token, cosine } of await table.nearest('king', { k: 5 })) console.log(token, cosine)
 * await table.close()
 */
export async function openClickHouse<Columns extends ColumnTypes = NoColumns>(
  given: ClickHouseOptions<Columns>,
): Promise<ClickHouseTable<Columns>> {
  const options = readClickHouseOptions(given)
  const connection = await Connection.open(options)
  try {
    const there = await existingTables(connection)
    const names = namesOf(connection.table, '')
    if (!there.has(names.meta)) {
      await checkDatabase(connection)
      throw connection.error('NOT_FOUND', 'rowspace has no such table there. Upload it first.')
    }
    const description = await readDescription(connection)
    if (!there.has(names.complete)) {
      const remedy = 'Upload it again; the rows that are there stay.'
      throw connection.error('TRUNCATED', `its upload has not ended. ${remedy}`)
    }
    checkColumns(connection, description, options.columns ?? {})
    await checkCount(connection, description.size)
    const kernels = await chooseKernels(connection, description, options.kernel)
    return new ClickHouseTable<Columns>(connection, description, kernels, options)
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function checkDatabase(connection: Connection): Promise<void> {
  const { database } = connection
  const [count] = await connection.selectOne(
    `SELECT count() FROM system.databases WHERE name = ${quoteText(database)}`,
  )
  if (Number(count) > 0) return
  const problem = `there is no database ${JSON.stringify(database)}. Create it, or name another.`
  throw connection.error('NOT_FOUND', problem, { database })
}

function checkColumns(connection: Connection, { columns }: Description, expected: ColumnTypes): void {
  for (const [name, type] of Object.entries(expected)) {
    if (columns[name] === type) continue
    const wanted = `${describe(name)} of type ${describe(type)}`
    const problem = `it has no metadata column ${wanted}; its columns are ${JSON.stringify(columns)}.`
    throw connection.error('INVALID_ARGUMENT', problem, { column: name })
  }
}

/**
 * A single query takes as long as reading and unpacking its bytes, of which codes need a quarter. Queries
 * that share a scan take as long as their arithmetic, which dotProduct does fastest.
 */
async function chooseKernels(
  connection: Connection,
  { codes }: Description,
  kernel: Kernel | undefined,
): Promise<Kernels> {
  const [count] = await connection.selectOne(`SELECT count() FROM system.functions WHERE name = 'dotProduct'`)
  const hasProduct = Number(count) > 0
  if (kernel !== undefined) {
    checkHasKernel(connection, kernel, { codes, hasProduct })
    return { alone: kernel, shared: kernel }
  }
  const rows = hasProduct ? 'dotProduct' : 'arrays'
  return { alone: codes ? 'codes' : rows, shared: codes && !hasProduct ? 'codes' : rows }
}

function checkHasKernel(
  connection: Connection,
  kernel: Kernel,
  { codes, hasProduct }: { codes: boolean; hasProduct: boolean },
): void {
  if (kernel === 'codes' && !codes) {
    const remedy = 'Use another kernel, or upload it again.'
    throw connection.error('UNSUPPORTED', `it was uploaded without codes. ${remedy}`)
  }
  if (kernel === 'dotProduct' && !hasProduct) {
    const remedy = "Use kernel 'codes' or 'arrays'."
    throw connection.error('UNSUPPORTED', `the server has no function dotProduct. ${remedy}`)
  }
}
