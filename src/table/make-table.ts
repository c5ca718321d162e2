/** How a table is made: room, rows, norms and codes. A failure leaves no memory and no thread behind. */
import { TableMemory } from '../../bindings/table-memory.ts'
import { checkElementType, type ElementType, type RowArrays } from '../core/element-types.ts'
import { RowspaceError } from '../core/errors.ts'
import {
  type FilledRows,
  ROW_OPTIONS,
  type RowOptions,
  TABLE_OPTIONS,
  type TableOptions,
} from '../core/options.ts'
import { readOptions } from '../core/strict-options.ts'
import { checkCount, invalidArgument, readList } from '../core/values.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import { finishRows } from './finish-rows.ts'
import { copied, readRowList, writeFloats } from './given-rows.ts'
import { reserveRoom, type TableRoom } from './load-core.ts'
import { vocabularyOf } from './vocabulary.ts'

export interface MadeTable {
  memory: TableMemory
  size: number
  vocabulary: Vocabulary | undefined
  duplicates: number
}

/** `made` itself. Throws for whatever else a caller hands to the constructor. */
export function checkMade(made: MadeTable): MadeTable {
  if (made?.memory instanceof TableMemory) return made
  const how = 'make tables by EmbeddingTable.from(), EmbeddingTable.fill() or openTable().'
  throw new RowspaceError('INVALID_ARGUMENT', how)
}

export interface TableShapeOptions<Type extends ElementType> {
  size: number
  dimension: number
  dtype?: Type | undefined
}

/** As `EmbeddingTable.from`. All that is given is copied before the first wait. */
export async function makeFromRows(
  rows: unknown,
  options: TableOptions & RowOptions & { dimension?: number | undefined },
): Promise<MadeTable> {
  const keys = { ...TABLE_OPTIONS, ...ROW_OPTIONS, dimension: true } as const
  const given = readOptions(options, keys, 'the options of EmbeddingTable.from()')
  const { dtype = 'f32', scales } = given
  checkElementType(dtype)
  const list = readRowList(rows, given.dimension)
  const room = roomFor({ ...list, dtype }, given)
  const tokens = vocabularyOf(given.tokens, list.size)
  if (dtype === 'f32' && scales === undefined) {
    writeFloats(list, room.rows)
    return finish(room, list.size, given, () => ({ tokens }))
  }
  const lists = list.lists.map(copied)
  const types = { dtype, scales: copied(scales) }
  return finish(room, list.size, given, async () => {
    const { writeRowList } = await import('./narrow-rows.ts')
    writeRowList({ ...list, lists }, types, room.rows, room.rowScales)
    return { tokens }
  })
}

/** As `EmbeddingTable.fill`. */
export async function makeByFilling<Type extends ElementType>(
  shape: TableShapeOptions<Type>,
  write: (
    target: RowArrays[Type],
    scales: Float32Array,
  ) => undefined | FilledRows | Promise<undefined | FilledRows>,
  options: TableOptions,
): Promise<MadeTable> {
  const keys = { size: true, dimension: true, dtype: true } as const
  const { size, dimension, dtype = 'f32' } = readOptions(shape, keys, 'the shape of EmbeddingTable.fill()')
  const given = readOptions(options, TABLE_OPTIONS, 'the options of EmbeddingTable.fill()')
  checkElementType(dtype)
  if (typeof write !== 'function') {
    throw invalidArgument('write must be a function', write)
  }
  const room = roomFor({ size, dimension, dtype }, given)
  // changes of the list after this call must not reach the table
  const tokens = Array.isArray(given.tokens) ? [...given.tokens] : given.tokens
  return finish(room, size, given, async ({ rows, rowScales }) => {
    const filled = await write(rows as unknown as RowArrays[Type], rowScales)
    return { ...filled, tokens: tokens ?? filled?.tokens }
  })
}

function roomFor(
  { size, dimension, dtype }: { size: number; dimension: number; dtype: ElementType },
  { nonFinite = 'reject', core, codes, threads }: TableOptions,
): TableRoom {
  checkCount(size, 'size', 1)
  checkCount(dimension, 'dimension', 1)
  if (nonFinite !== 'reject' && nonFinite !== 'skip') {
    throw invalidArgument("nonFinite must be 'reject' or 'skip'", nonFinite)
  }
  return reserveRoom(core, { capacity: size, dimension, dtype, codes, threads })
}

/** From room to a table. Whatever `load` throws, the memory and its threads are given back. */
async function finish(
  room: TableRoom,
  capacity: number,
  { nonFinite = 'reject', codes }: TableOptions,
  load: (memory: TableMemory) => FilledRows | Promise<FilledRows>,
): Promise<MadeTable> {
  const memory = await room.open()
  try {
    const { size = capacity, tokens, duplicates = 0, skip = [] } = await load(memory)
    checkCount(size, 'the size that was filled', 0)
    if (size > capacity) {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        `${size} rows were filled where there is room for ${capacity}.`,
      )
    }
    const { dimension } = memory.layout
    // the core reads a few numbers past the last row and counts on their being finite
    memory.rows.fill(0, size * dimension, size * dimension + 16)
    const vocabulary = vocabularyOf(tokens, size)
    await finishRows(memory, size, nonFinite, codes, readList(skip, 'ids to skip'))
    return { memory, size, vocabulary, duplicates }
  } catch (error) {
    memory.dispose()
    throw error
  }
}
