/** New tables from the rows of a table: some of them, in another order, or scaled to length 1. */

import { RowspaceError } from '../core/errors.ts'
import { idRange } from '../core/id-range.ts'
import { describe } from '../core/values.ts'
import { EmbeddingTable, type RowKey, type TableOptions } from '../table/embedding-table.ts'
import { inheritedOptions, liveRows } from '../table/live-rows.ts'
import { checkOnePer, idOfKey, readKeys } from './keys.ts'
import { norm } from './norm.ts'

/** Rows copied at once. */
const BLOCK = 1024

/** A table of the rows of `ids`, float32, with their tokens. `change` may change a row in place. */
export async function tableOf(
  table: EmbeddingTable,
  ids: Uint32Array,
  options: TableOptions,
  change?: (row: Float32Array) => void,
): Promise<EmbeddingTable> {
  const { dimension, vocabulary } = table
  const live = table.skipped > 0 ? liveRows(table) : undefined
  const tokens = vocabulary && Array.from(ids, (id) => vocabulary.tokenOf(id) ?? `#${id}`)
  return EmbeddingTable.fill(
    { size: ids.length, dimension },
    (target) => {
      for (let first = 0; first < ids.length; first += BLOCK) {
        target.set(table.gather(ids.subarray(first, first + BLOCK)), first * dimension)
      }
      for (let place = 0; place < ids.length; place++) {
        const start = place * dimension
        change?.(target.subarray(start, start + dimension))
        // one number that is not finite leaves a row out of the answers of this table too
        if (live?.has(ids[place] ?? 0) === false) target[start] = Number.NaN
      }
      return undefined
    },
    { ...inheritedOptions(table), tokens, ...options },
  )
}

/** The rows of these keys, each once, in their order; unknown ones are left out. */
export function tableOfKeys(
  table: EmbeddingTable,
  keys: Iterable<RowKey>,
  options: TableOptions,
): Promise<EmbeddingTable> {
  const ids = new Set<number>()
  for (const key of readKeys(keys, 'keys')) {
    const id = idOfKey(table, key)
    if (id !== undefined) ids.add(id)
  }
  if (ids.size > 0) return tableOf(table, Uint32Array.from(ids), options)
  throw new RowspaceError('UNKNOWN_TOKEN', 'none of the keys is in the table: there is no table of them.')
}

/** A table of the rows scaled to length 1; zeros stay zeros. */
export function normalizedTable(table: EmbeddingTable, options: TableOptions): Promise<EmbeddingTable> {
  return tableOf(table, idRange(0, table.size), options, (row) => {
    const length = norm(row) || 1
    for (let i = 0; i < row.length; i++) row[i]! /= length
  })
}

/**
 * A table of the rows by their counts, largest first; equal ones in the order they had. Throws
 * `LENGTH_MISMATCH`, `INVALID_ARGUMENT`.
 */
export function tableByFrequency(
  table: EmbeddingTable,
  counts: ArrayLike<number> | ReadonlyMap<string, number>,
  options: TableOptions,
): Promise<EmbeddingTable> {
  const list = isMap(counts) ? countsByRow(table, counts) : counts
  checkOnePer(list, 'count', table.size, 'row')
  const ids = idRange(0, table.size).sort((a, b) => (list[b] ?? 0) - (list[a] ?? 0))
  return tableOf(table, ids, options)
}

/** One count per row; 0 for tokens that the map does not have. */
function countsByRow(table: EmbeddingTable, counts: ReadonlyMap<string, number>): number[] {
  for (const [token, count] of counts) {
    if (Number.isFinite(count)) continue
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `every count must be a finite number; that of ${describe(token)} is ${describe(count)}.`,
    )
  }
  return Array.from({ length: table.size }, (_, id) => counts.get(table.token(id) ?? '') ?? 0)
}

function isMap(
  counts: ArrayLike<number> | ReadonlyMap<string, number>,
): counts is ReadonlyMap<string, number> {
  return counts instanceof Map
}
