/** Scores rows of the engine in the core. */

import { isRowspaceError, RowspaceError } from '../core/errors.ts'
import type { Metric } from '../core/options.ts'
import { EmbeddingTable } from '../table/embedding-table.ts'
import type { CoreSource } from '../table/load-core.ts'
import type { Connection } from './connection.ts'
import type { FoundRow } from './fetch-rows.ts'
import { ClickHouseMatches } from './matches.ts'

export interface PreparedQuery {
  vector: Float32Array
  /** Ids to leave out of this query's answer. */
  excluded: ReadonlySet<number>
}

export interface RescoreOptions {
  k: number
  metric: Metric
  minScore: number | undefined
  core: CoreSource | undefined
}

/** The best of the rows with these ids, for each query. */
export async function rescore(
  connection: Connection,
  queries: readonly PreparedQuery[],
  ids: Iterable<number>,
  rows: ReadonlyMap<number, FoundRow>,
  { k, metric, minScore, core }: RescoreOptions,
): Promise<ClickHouseMatches[]> {
  // in order of ids: of equal scores the smaller id comes first
  const sorted = Float64Array.from(new Set(ids)).sort()
  if (sorted.length === 0) return queries.map(() => ClickHouseMatches.none())
  const table = await smallTable(connection, sorted, rows, core)
  try {
    const found = table.nearestBatch(
      queries.map(({ vector }) => vector),
      { k: k + Math.max(...queries.map(({ excluded }) => excluded.size)), metric, minScore },
    )
    const tokenOf = (id: number) => rows.get(id)?.token
    return found.map((matches, place) =>
      ClickHouseMatches.from(matches, sorted, queries[place]!.excluded, k, tokenOf),
    )
  } finally {
    table.dispose()
  }
}

/** A table in memory of the rows that were fetched. Throws `NON_FINITE` naming the row on the engine. */
export async function smallTable(
  connection: Connection,
  ids: Float64Array,
  rows: ReadonlyMap<number, FoundRow>,
  core: CoreSource | undefined,
): Promise<EmbeddingTable> {
  const dimension = rows.get(ids[0]!)!.row.length
  const flat = new Float32Array(ids.length * dimension)
  for (const [place, id] of ids.entries()) {
    const { row } = rows.get(id)!
    if (row.length !== dimension) throw wrongLength(connection, id, row.length, dimension)
    flat.set(row, place * dimension)
  }
  try {
    return await EmbeddingTable.from(flat, { dimension, codes: false, core })
  } catch (error) {
    if (!isRowspaceError(error, 'NON_FINITE')) throw error
    const id = ids[error.details.row as number]
    const { server, title } = connection
    throw new RowspaceError(
      'NON_FINITE',
      `${server}, table ${title}: row ${id} has a number that is not finite in column ${error.details.column}, which rowspace did not write. Upload the table again with overwrite.`,
      { server, table: title, row: id, column: error.details.column },
    )
  }
}

function wrongLength(
  { server, title }: Connection,
  row: number,
  length: number,
  dimension: number,
): RowspaceError {
  return new RowspaceError(
    'INVALID_FORMAT',
    `${server}, table ${title}: row ${row} has ${length} numbers where others have ${dimension}. Upload the table again with overwrite.`,
    { server, table: title, row },
  )
}
