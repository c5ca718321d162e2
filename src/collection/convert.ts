/** From a table to a collection and back. */

import { RowspaceError } from '../core/errors.ts'
import { readOptions } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
import type { ColumnTypes } from '../metadata/types.ts'
import { EmbeddingTable, type TableOptions } from '../table/embedding-table.ts'
import {
  type CollectionOptions,
  type Entry,
  FROM_TABLE_OPTIONS,
  type FromTableOptions,
  type Key,
  TO_TABLE_OPTIONS,
} from './options.ts'
import type { Parts } from './question.ts'

/** Rows copied from a table at once. */
const COPIED_ROWS = 1024

/** What of a collection is needed to fill it. */
interface Fillable<Columns extends ColumnTypes> {
  add(entries: readonly Entry<Columns>[]): Promise<unknown>
  dispose(): void
}

/** Makes a collection by `create` and fills it. If that fails its memory is given back. */
export async function copyTable<Columns extends ColumnTypes, Made extends Fillable<Columns>>(
  table: EmbeddingTable,
  given: FromTableOptions<Columns>,
  create: (options: CollectionOptions<Columns>) => Promise<Made>,
): Promise<Made> {
  if (!(table instanceof EmbeddingTable)) {
    throw new RowspaceError('INVALID_ARGUMENT', `fromTable copies an EmbeddingTable; got ${describe(table)}`)
  }
  const options = readOptions<FromTableOptions<Columns>>(
    given,
    FROM_TABLE_OPTIONS,
    'the options of fromTable()',
  )
  const { keyOf = tokenKeys(table), metadataOf, ...others } = options
  const dtype = options.dtype ?? (table.dtype === 'int8' ? 'f32' : table.dtype)
  const capacity = options.capacity ?? table.size
  const collection = await create({ ...others, dimension: table.dimension, dtype, capacity })
  try {
    for (let from = 0; from < table.size; from += COPIED_ROWS) {
      const entries: Entry<Columns>[] = []
      for (let id = from; id < Math.min(from + COPIED_ROWS, table.size); id++) {
        if (isSkipped(table, id)) continue
        entries.push({ key: keyOf(id), vector: table.row(id), metadata: metadataOf?.(id) })
      }
      await collection.add(entries)
    }
    return collection
  } catch (error) {
    collection.dispose()
    throw error
  }
}

/** Rows that were not finite read as zeros, and are in no answer. */
function isSkipped(table: EmbeddingTable, id: number): boolean {
  return table.skipped > 0 && table.open().norms[id] === Number.POSITIVE_INFINITY
}

/** The first row of a name has it. */
function tokenKeys(table: EmbeddingTable): (id: number) => Key {
  const seen = new Set<string>()
  return (id) => {
    const token = table.token(id)
    if (token === undefined || seen.has(token)) return id
    seen.add(token)
    return token
  }
}

/** The entries as a table; they are copied at once. */
export function copyEntries(
  { rows, keys }: Parts,
  given: Omit<TableOptions, 'tokens'>,
): Promise<EmbeddingTable> {
  const options = readOptions(given, TO_TABLE_OPTIONS, 'the options of toTable()')
  const list = [...keys]
  const tokens = list.filter((key) => typeof key === 'string')
  const { dimension } = rows
  const shape = { size: list.length, dimension, dtype: rows.dtype }
  const places = list.map((key) => keys.placeOf(key))
  const write = (target: Float32Array | Uint16Array) => {
    for (const [index, place] of places.entries()) {
      const from = place * dimension
      target.set(rows.memory.rows.subarray(from, from + dimension), index * dimension)
    }
    return undefined
  }
  return EmbeddingTable.fill(shape, write, tokens.length < list.length ? options : { ...options, tokens })
}
