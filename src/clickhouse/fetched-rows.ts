/** Rows that were fetched from the engine, to be read and scored here. */

import { isRowspaceError } from '../core/errors.ts'
import { EmbeddingTable } from '../table/embedding-table.ts'
import type { CoreSource } from '../table/load-core.ts'
import type { Connection } from './connection.ts'
import { batches } from './sql.ts'

export interface FetchedRow {
  row: Float32Array
  token: string | undefined
}

/** Ids per statement, far below the engine's max_query_size. */
const IDS_AT_ONCE = 5_000

const REMEDY = 'rowspace did not write it. Upload the table again with overwrite.'

export class FetchedRows {
  private readonly rows = new Map<number, FetchedRow>()

  constructor(
    private readonly connection: Connection,
    private readonly dimension: number,
  ) {}

  /** Fetches the rows of these ids that were not fetched before. */
  async fetch(ids: Iterable<number>, signal: AbortSignal | undefined): Promise<void> {
    const absent = [...new Set(ids)].filter((id) => !this.rows.has(id))
    for (const some of batches(absent, IDS_AT_ONCE)) {
      await this.select(`PREWHERE id IN (${some.join(',')})`, signal)
    }
  }

  /** Fetches up to `limit` rows that pass a condition, whichever come first. Returns their ids. */
  async fetchAny(
    where: string | undefined,
    limit: number,
    signal: AbortSignal | undefined,
  ): Promise<number[]> {
    const condition = where === undefined ? '' : `PREWHERE ${where} `
    return this.select(`${condition}LIMIT ${limit}`, signal)
  }

  private async select(which: string, signal: AbortSignal | undefined): Promise<number[]> {
    const { connection, dimension } = this
    const statement = `SELECT id, token, row FROM ${connection.rows} ${which}`
    const reader = await connection.selectBinary(statement, { signal })
    const ids: number[] = []
    while (!reader.done) {
      const id = reader.uint64()
      const token = reader.uint8() === 1 ? undefined : reader.text()
      const row = reader.floats()
      if (row.length !== dimension) {
        const problem = `row ${id} has ${row.length} numbers, not ${dimension}`
        throw connection.error('INVALID_FORMAT', `${problem}. ${REMEDY}`, { row: id })
      }
      this.rows.set(id, { token, row })
      ids.push(id)
    }
    return ids
  }

  /** A row that was fetched. Throws `CHANGED` if the engine does not have it. */
  get(id: number): FetchedRow {
    const found = this.rows.get(id)
    if (found === undefined) throw changed(this.connection, `row ${id} is missing`)
    return found
  }

  /** A table in memory of these rows. Throws `NON_FINITE` naming the row on the engine. */
  async toTable(ids: ArrayLike<number>, core: CoreSource | undefined): Promise<EmbeddingTable> {
    const { dimension } = this
    // a table needs a row: without ids it is one of zeros
    const flat = new Float32Array(Math.max(1, ids.length) * dimension)
    Array.from(ids, (id, place) => flat.set(this.get(id).row, place * dimension))
    try {
      return await EmbeddingTable.from(flat, { dimension, codes: false, core })
    } catch (error) {
      if (!isRowspaceError(error, 'NON_FINITE')) throw error
      const { row = 0, column } = error.details
      const problem = `row ${ids[row]} has a number that is not finite in column ${column}`
      throw this.connection.error('NON_FINITE', `${problem}. ${REMEDY}`, { row: ids[row], column })
    }
  }
}

export function changed(connection: Connection, problem: string): Error {
  const remedy = 'Check that every shard has its rows, or upload the table again.'
  return connection.error('CHANGED', `${problem}. ${remedy}`)
}
