/** Rows as a caller hands them over: all numbers in one list, or a list of rows as embedders return them. */

import type { ElementType, RowArrays } from '../core/element-types.ts'
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

/** A list of numbers that later changes of the given one do not reach. What is none is left as it is. */
export function copied<List>(numbers: List): List {
  return isVector(numbers) ? ((numbers as unknown as Float32Array).slice() as List) : numbers
}

/** Puts rows in place as float32. */
export function writeFloats({ lists }: RowList, target: RowArrays[ElementType]): void {
  let at = 0
  for (const rows of lists) {
    target.set(rows, at)
    at += rows.length
  }
}
