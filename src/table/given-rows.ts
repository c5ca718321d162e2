/** Rows as a caller hands them over: all numbers in one list, or a list of rows as embedders return them. */

import { type GivenRows, type RowArrays, writeRows } from '../core/element-types.ts'
import { RowspaceError } from '../core/errors.ts'
import {
  checkCount,
  checkLength,
  checkNumbers,
  checkWhole,
  invalidArgument,
  isVector,
} from '../core/values.ts'

export interface RowList {
  size: number
  dimension: number
  /** Whole rows, some in each list. */
  lists: readonly ArrayLike<number>[]
}

/** Throws `INVALID_ARGUMENT`, `LENGTH_MISMATCH`, `DIMENSION_MISMATCH` unless they are whole rows. */
export function readRowList(rows: unknown, wanted: number | undefined): RowList {
  if (!isVector(rows)) throw invalidArgument('rows must be an array of numbers, or a list of rows', rows)
  const first: unknown = rows[0]
  if (isVector(first)) return readNested(Array.from<unknown>(rows), wanted ?? first.length)
  const dimension = checkCount(wanted, 'dimension', 1)
  checkNumbers(rows, 'the array of rows')
  checkWhole(rows, dimension, 'rows')
  return { size: rows.length / dimension, dimension, lists: [rows] }
}

function readNested(rows: readonly unknown[], dimension: number): RowList {
  checkCount(dimension, 'dimension', 1)
  const lists = rows.map((row, id) => {
    if (!isVector(row)) throw invalidArgument(`row ${id} must be ${dimension} numbers`, row, { row: id })
    checkNumbers(row, `row ${id}`)
    checkLength(row, dimension, `row ${id}`, { row: id })
    return row
  })
  return { size: rows.length, dimension, lists }
}

/** Puts rows in place, list by list. Throws as writeRows. */
export function writeRowList(
  { lists, dimension }: RowList,
  { dtype, scales: given }: Pick<GivenRows, 'dtype' | 'scales'>,
  target: RowArrays[GivenRows['dtype']],
  scales: Float32Array,
): void {
  if (given !== undefined && lists.length > 1) {
    throw new RowspaceError('INVALID_ARGUMENT', 'scales belong to rows in one Int8Array; got a list of rows.')
  }
  let from = 0
  for (const rows of lists) {
    const to = from + rows.length
    const some = scales.subarray(from / dimension, to / dimension)
    writeRows({ rows, scales: given, dimension, dtype }, target.subarray(from, to), some)
    from = to
  }
}
