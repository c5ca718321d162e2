/** Opens a table on the engine: sees that it is whole and of this version, and chooses how it is searched. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import type { Kernel, Kernels } from './bound.ts'
import { checkCount } from './candidates.ts'
import { ClickHouseTable } from './clickhouse-table.ts'
import { Connection } from './connection.ts'
import type { ClickHouseOptions, ColumnTypes, NoColumns } from './options.ts'
import { readClusterOptions } from './read-options.ts'
import { type Description, existingTables, namesOf, readDescription } from './schema.ts'
import { quoteText } from './sql.ts'

/**
 * Opens a table that `uploadTable` put there. Every answer is the one an EmbeddingTable of the same rows gives, bit for bit, or an error: never
 * one without the rows of a shard that is away.
 *
 * @throws RowspaceError `NOT_FOUND` where there is no such database or table; `TRUNCATED` where its push has not ended; `CHANGED` where its
 * shards have another number of rows than were pushed; `UNSUPPORTED` where a newer version made it; `ACCESS_DENIED`, `IO`.
 * @example
 * const table = await openClickHouse({ url: 'http://localhost:8123', table: 'glove' })
 * for (const { token, cosine } of await table.nearest('king', { k: 5 })) console.log(token, cosine)
 * await table.close()
 */
export async function openClickHouse<Columns extends ColumnTypes = NoColumns>(
  given: ClickHouseOptions<Columns>,
): Promise<ClickHouseTable<Columns>> {
  const options = readClusterOptions(given)
  if (options.kernel !== undefined) checkKernel(options.kernel)
  const connection = await Connection.open(options)
  try {
    const there = await existingTables(connection)
    const names = namesOf(connection.table, '')
    const place = { server: connection.server, table: connection.title }
    if (!there.has(names.meta)) {
      await checkDatabase(connection)
      throw new RowspaceError(
        'NOT_FOUND',
        `${place.server}, table ${place.table}: there is no such table of rowspace: push it first`,
        place,
      )
    }
    const description = await readDescription(connection)
    if (!there.has(names.complete)) {
      throw new RowspaceError(
        'TRUNCATED',
        `${place.server}, table ${place.table}: its push has not ended: push it again, and what is there stays`,
        place,
      )
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
  const { database, server, title } = connection
  const [count] = await connection.selectOne(
    `SELECT count() FROM system.databases WHERE name = ${quoteText(database)}`,
  )
  if (Number(count) > 0) return
  throw new RowspaceError(
    'NOT_FOUND',
    `${server}, table ${title}: there is no database ${JSON.stringify(database)}: create it, or name another`,
    {
      server,
      table: title,
      database,
    },
  )
}

function checkColumns({ server, title }: Connection, { columns }: Description, asked: ColumnTypes): void {
  for (const [name, type] of Object.entries(asked)) {
    if (columns[name] === type) continue
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `${server}, table ${title}: it has no metadata column ${describe(name)} of type ${describe(type)}; its columns are ${JSON.stringify(columns)}`,
      { server, table: title, column: name },
    )
  }
}

const KERNELS: readonly Kernel[] = ['codes', 'dotProduct', 'arrays']

/**
 * A question alone takes as long as its bytes take to be read and unpacked, of which codes are a quarter; many that share a scan take as long as
 * they take to be computed, which dotProduct does best.
 */
async function chooseKernels(
  connection: Connection,
  { codes }: Description,
  asked: Kernel | undefined,
): Promise<Kernels> {
  const [count] = await connection.selectOne(`SELECT count() FROM system.functions WHERE name = 'dotProduct'`)
  const hasProduct = Number(count) > 0
  if (asked !== undefined) {
    checkHasKernel(connection, asked, { codes, hasProduct })
    return { alone: asked, shared: asked }
  }
  const rows = hasProduct ? 'dotProduct' : 'arrays'
  return { alone: codes ? 'codes' : rows, shared: codes && !hasProduct ? 'codes' : rows }
}

function checkKernel(kernel: Kernel): void {
  if (KERNELS.includes(kernel)) return
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `kernel must be 'codes', 'dotProduct' or 'arrays'; got ${describe(kernel)}`,
  )
}

function checkHasKernel(
  { server, title }: Connection,
  kernel: Kernel,
  { codes, hasProduct }: { codes: boolean; hasProduct: boolean },
): void {
  if (kernel === 'codes' && !codes) {
    throw new RowspaceError(
      'UNSUPPORTED',
      `${server}, table ${title}: it was pushed without codes: ask with another kernel, or push it anew`,
    )
  }
  if (kernel === 'dotProduct' && !hasProduct) {
    throw new RowspaceError(
      'UNSUPPORTED',
      `${server}, table ${title}: the server has no function dotProduct: ask with kernel 'codes' or 'arrays'`,
    )
  }
}
