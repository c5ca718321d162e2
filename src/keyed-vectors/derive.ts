/** New tables from the rows of a table: some of them, in another order, or scaled to length 1. */

import { RowspaceError } from '../core/errors.ts'
import { describe, isVector } from '../core/values.ts'
import { EmbeddingTable, type RowKey, type TableOptions } from '../table/embedding-table.ts'
import { inheritedOptions, liveRows } from '../table/live-rows.ts'
import { idOfKey, keyList } from './keys.ts'
import { norm } from './norm.ts'

/** Rows copied at once. */
const BLOCK = 1024

/**
 * A table of the rows of `ids`, float32, with their tokens; `change` may change a row before it is stored.
 */
export async function tableOf(
  table: EmbeddingTable,
  ids: ArrayLike<number>,
  options: TableOptions,
  change: (row: Float32Array) => void = () => {},
): Promise<EmbeddingTable> {
  const { dimension, vocabulary } = table
  const live = liveRows(table)
  const tokens =
    vocabulary === undefined ? undefined : Array.from(ids, (id) => vocabulary.tokenOf(id) ?? `#${id}`)
  return EmbeddingTable.fill(
    { size: ids.length, dimension },
    (target) => {
      for (let first = 0; first < ids.length; first += BLOCK) {
        const some = Array.from({ length: Math.min(BLOCK, ids.length - first) }, (_, i) => ids[first + i]!)
        const rows = table.gather(some)
        for (let at = 0; at < rows.length; at += dimension) change(rows.subarray(at, at + dimension))
        target.set(rows, first * dimension)
        // one number that is not finite keeps a row out of the answers of this table too
        for (const [place, id] of some.entries()) {
          if (!live.has(id)) target[(first + place) * dimension] = Number.NaN
        }
      }
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
  for (const key of keyList(keys, 'the keys')) {
    const id = idOfKey(table, key)
    if (id !== undefined) ids.add(id)
  }
  if (ids.size === 0) {
    throw new RowspaceError('UNKNOWN_TOKEN', 'none of the keys is in the table: there is no table of them')
  }
  return tableOf(table, [...ids], options)
}

/** A table of the rows scaled to length 1; zeros stay zeros. */
export function normalizedTable(table: EmbeddingTable, options: TableOptions): Promise<EmbeddingTable> {
  const ids = Uint32Array.from({ length: table.size }, (_, id) => id)
  return tableOf(table, ids, options, (row) => {
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
  const countOf = countsOf(table, counts)
  const ids = Array.from({ length: table.size }, (_, id) => id)
  return tableOf(
    table,
    ids.sort((a, b) => countOf(b) - countOf(a)),
    options,
  )
}

function countsOf(table: EmbeddingTable, counts: ArrayLike<number> | ReadonlyMap<string, number>) {
  if (isMap(counts)) {
    for (const [token, count] of counts) {
      if (Number.isFinite(count)) continue
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        `a count must be a finite number; that of ${describe(token)} is ${describe(count)}`,
      )
    }
    return (id: number): number => counts.get(table.token(id) ?? '') ?? 0
  }
  const list = counts
  if (!isVector(list)) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `counts must be a list of numbers, one per row, or a Map of tokens; got ${describe(list)}`,
    )
  }
  if (list.length !== table.size) {
    throw new RowspaceError(
      'LENGTH_MISMATCH',
      `there are ${list.length} counts for ${table.size} rows; one per row is needed, or a Map of tokens`,
    )
  }
  const odd = Array.from(list).findIndex((count) => !Number.isFinite(count))
  if (odd < 0) return (id: number): number => list[id]!
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `a count must be a finite number; count ${odd} is ${describe(list[odd])}`,
  )
}

function isMap(
  counts: ArrayLike<number> | ReadonlyMap<string, number>,
): counts is ReadonlyMap<string, number> {
  return counts instanceof Map
}
