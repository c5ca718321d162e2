/** Given rows that are stored as another type than float32. Loaded on demand. */
import type { ElementType, RowArrays } from '../core/element-types.ts'
import { RowspaceError } from '../core/errors.ts'
import { type GivenRows, writeRows } from '../core/write-rows.ts'
import type { RowList } from './given-rows.ts'

/** Puts rows in place, list by list. Throws as writeRows. */
export function writeRowList(
  { lists, dimension }: RowList,
  { dtype, scales: given }: Pick<GivenRows, 'dtype' | 'scales'>,
  target: RowArrays[ElementType],
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
