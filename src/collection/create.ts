/** Creates the parts of an empty collection. */

import type { TableOptions } from '../core/options.ts'
import { type KeysOf, oneOf, readChecked } from '../core/strict-options.ts'
import { checkCount } from '../core/values.ts'
import { makeColumns } from '../metadata/columns.ts'
import type { ColumnTypes, NoColumns } from '../metadata/types.ts'
import { Keys } from './keys.ts'
import { type Parts, partsOf } from './parts.ts'
import { CollectionRows, type RowType } from './rows.ts'

/** Options of `Collection.create`. */
export interface CollectionOptions<Columns extends ColumnTypes = NoColumns>
  extends Pick<TableOptions, 'threads' | 'core'> {
  /** Columns of a vector, d. */
  dimension: number
  /** Metadata columns, by name: { year: 'number' }. Default none. */
  columns?: Columns | undefined
  /** Rows to make room for at first; it doubles when full. Default 1,024. */
  capacity?: number | undefined
  /** The element type to store rows in. Default 'f32'. */
  dtype?: RowType | undefined
  /** Whether to search by int8 codes, as for EmbeddingTable. */
  codes?: boolean | undefined
}

export const COLLECTION_OPTIONS: KeysOf<CollectionOptions<ColumnTypes>> = {
  dimension: true,
  columns: true,
  capacity: true,
  dtype: oneOf('f32', 'bf16', 'f16'),
  codes: true,
  threads: true,
  core: true,
}

/** Throws as Collection.create. */
export async function createParts(options: CollectionOptions<ColumnTypes>): Promise<Parts> {
  const given = readChecked(options, COLLECTION_OPTIONS, 'the options of Collection.create()')
  const { dimension, columns: types = {}, capacity = 1024, dtype = 'f32', core, codes, threads } = given
  checkCount(dimension, 'dimension', 1)
  checkCount(capacity, 'capacity', 1)
  const columns = makeColumns(types)
  const rows = await CollectionRows.create(core, { capacity, dimension, dtype, codes, threads })
  for (const column of columns.values()) column.reserve(capacity)
  return partsOf(rows, new Keys(), columns)
}
