/** Rows that came from the engine, scored by the core. */

import { isRowspaceError, RowspaceError } from '../core/errors.ts'
import type { Metric } from '../core/options.ts'
import { EmbeddingTable } from '../table/embedding-table.ts'
import type { CoreSource } from '../table/load-core.ts'
import type { Connection } from './connection.ts'
import type { FoundRow } from './fetch-rows.ts'
import { ClickHouseMatches } from './matches.ts'

export interface Question {
  vector: Float32Array
  /** Rows to leave out of this question's answer. */
  out: ReadonlySet<number>
}

export interface RescoreOptions {
  k: number
  metric: Metric
  minScore: number | undefined
  core: CoreSource | undefined
}

/** The best rows of those of these ids, for each question. */
export async function rescore(
  connection: Connection,
  questions: readonly Question[],
  ids: Iterable<number>,
  rows: ReadonlyMap<number, FoundRow>,
  { k, metric, minScore, core }: RescoreOptions,
): Promise<ClickHouseMatches[]> {
  // in order of ids, for ties go to the smaller one
  const sorted = Float64Array.from(new Set(ids)).sort()
  if (sorted.length === 0) return questions.map(() => ClickHouseMatches.none())
  const table = await smallTable(connection, sorted, rows, core)
  try {
    const found = table.nearestBatch(
      questions.map(({ vector }) => vector),
      { k: k + Math.max(...questions.map(({ out }) => out.size)), metric, minScore },
    )
    const tokenOf = (id: number) => rows.get(id)?.token
    return found.map((matches, place) =>
      ClickHouseMatches.from(matches, sorted, questions[place]!.out, k, tokenOf),
    )
  } finally {
    table.dispose()
  }
}

/** A table of the rows that came. Throws `NON_FINITE` naming the row there. */
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
      `${server}, table ${title}: row ${id} has a number that is not finite in column ${error.details.column}, which no push wrote: push the table anew with overwrite`,
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
    `${server}, table ${title}: row ${row} has ${length} numbers where others have ${dimension}: push the table anew with overwrite`,
    { server, table: title, row },
  )
}
