/** Rows that can be queries: rows that are not all zeros, and that are in the filter. */

import { RowspaceError } from '../core/errors.ts'
import { idRange } from '../core/id-range.ts'
import { IdSet } from '../core/id-set.ts'
import { inSteps, type WorkOptions } from '../core/in-steps.ts'
import { describe } from '../core/values.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'

/** Rows read at once. */
const STEP = 256

/** Throws `INVALID_ARGUMENT` unless the filter is a set over the table's rows. */
export function checkFilter(table: EmbeddingTable, filter: IdSet | undefined): void {
  if (filter === undefined || (filter instanceof IdSet && filter.size === table.size)) return
  const got = filter instanceof IdSet ? `a set over ${filter.size} rows` : describe(filter)
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `filter must be an IdSet over this table's ${table.size} rows (table.idSet()); got ${got}.`,
  )
}

/** The ids among [from, to) of rows that can be queries. */
export function queryableRows(
  table: EmbeddingTable,
  from: number,
  to: number,
  filter: IdSet | undefined,
): Uint32Array {
  const { dimension } = table
  const ids = idRange(from, to)
  const rows = table.gather(ids)
  return ids.filter((id, index) => {
    if (filter !== undefined && !filter.has(id)) return false
    for (let at = index * dimension; at < (index + 1) * dimension; at++) if (rows[at] !== 0) return true
    return false
  })
}

/** The set of all rows that can be queries. */
export async function queryableSet(
  table: EmbeddingTable,
  filter: IdSet | undefined,
  signal: WorkOptions['signal'],
): Promise<IdSet> {
  const set = new IdSet(table.size)
  await inSteps(table.size, STEP, { signal }, (from, to) => {
    for (const id of queryableRows(table, from, to, filter)) set.add(id)
  })
  return set
}
