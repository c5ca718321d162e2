/** From a table to a collection and back. */

import { TABLE_OPTIONS, type TableOptions } from '../core/options.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { invalidArgument } from '../core/values.ts'
import type { ColumnTypes, Metadata, NoColumns } from '../metadata/types.ts'
import { EmbeddingTable } from '../table/embedding-table.ts'
import { COLLECTION_OPTIONS, type CollectionOptions } from './create.ts'
import type { Entry } from './entries.ts'
import type { Key } from './keys.ts'
import type { Parts } from './parts.ts'

/** Options of `Collection.fromTable`. */
export interface FromTableOptions<Columns extends ColumnTypes = NoColumns>
  extends Omit<CollectionOptions<Columns>, 'dimension'> {
  /**
   * Returns the key of a row. Default: its token, or its id if it has no token or an earlier row has the same
   * one.
   */
  keyOf?: ((id: number) => Key) | undefined
  /** Returns the metadata of a row. */
  metadataOf?: ((id: number) => Metadata<Columns>) | undefined
}

const { dimension: _, ...WITHOUT_DIMENSION } = COLLECTION_OPTIONS
const FROM_TABLE_OPTIONS: KeysOf<FromTableOptions<ColumnTypes>> = {
  ...WITHOUT_DIMENSION,
  keyOf: true,
  metadataOf: true,
}

const { tokens: __, ...TO_TABLE_OPTIONS } = TABLE_OPTIONS

/** Rows copied from a table at once. */
const COPIED_ROWS = 1024

/** The options of a collection for a table's rows, and its entries, some at a time. */
export function readTable<Columns extends ColumnTypes>(
  table: EmbeddingTable,
  given: FromTableOptions<Columns>,
): { options: CollectionOptions<Columns>; entries: Iterable<Entry<Columns>[]> } {
  if (!(table instanceof EmbeddingTable)) {
    throw invalidArgument('fromTable copies an EmbeddingTable', table)
  }
  const read = readOptions<FromTableOptions<Columns>>(given, FROM_TABLE_OPTIONS, 'the options of fromTable()')
  const { keyOf = tokenKeys(table), metadataOf, ...others } = read
  const { dimension, size: capacity } = table
  const dtype = table.dtype === 'int8' ? 'f32' : table.dtype
  return { options: { dimension, dtype, capacity, ...others }, entries: copies(table, keyOf, metadataOf) }
}

function* copies<Columns extends ColumnTypes>(
  table: EmbeddingTable,
  keyOf: (id: number) => Key,
  metadataOf: FromTableOptions<Columns>['metadataOf'],
): Generator<Entry<Columns>[]> {
  for (let from = 0; from < table.size; from += COPIED_ROWS) {
    const entries: Entry<Columns>[] = []
    for (let id = from; id < Math.min(from + COPIED_ROWS, table.size); id++) {
      if (isSkipped(table, id)) continue
      entries.push({ key: keyOf(id), vector: table.row(id), metadata: metadataOf?.(id) })
    }
    yield entries
  }
}

/** Rows that were not finite read as zeros, and are in no answer. */
function isSkipped(table: EmbeddingTable, id: number): boolean {
  return table.skipped > 0 && table.open().norms[id] === Number.POSITIVE_INFINITY
}

/** Gives a token to the first row that has it, and ids to the others. */
function tokenKeys(table: EmbeddingTable): (id: number) => Key {
  const seen = new Set<string>()
  return (id) => {
    const token = table.token(id)
    if (token === undefined || seen.has(token)) return id
    seen.add(token)
    return token
  }
}

export function readTableOptions(options: Omit<TableOptions, 'tokens'>): TableOptions {
  return readOptions(options, TO_TABLE_OPTIONS, 'the options of toTable()')
}

/** The entries as a table. They must not change before it is made: rows are copied once it has memory. */
export function copyEntries({ rows, keys }: Parts, options: TableOptions): Promise<EmbeddingTable> {
  const list = [...keys]
  const tokens = list.filter((key) => typeof key === 'string')
  const { dimension, dtype } = rows
  const places = list.map((key) => keys.placeOf(key))
  const write = (target: Float32Array | Uint16Array) => {
    for (const [index, place] of places.entries()) target.set(rows.stored(place), index * dimension)
    return undefined
  }
  const shape = { size: list.length, dimension, dtype }
  return EmbeddingTable.fill(shape, write, tokens.length < list.length ? options : { ...options, tokens })
}
