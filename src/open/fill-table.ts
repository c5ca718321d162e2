/** From an open file to a table whose rows have the wanted type. */
import type { ElementType } from '../core/element-types.ts'
import { RowspaceError } from '../core/errors.ts'
import { TABLE_OPTIONS, type TableOptions } from '../core/options.ts'
import { pickOptions } from '../core/strict-options.ts'
import { writeRows } from '../core/write-rows.ts'
import type { LoadedRows, LoadOptions, TableFile } from '../formats/format.ts'
import { ReadProgress } from '../formats/loading.ts'
import { EmbeddingTable, type FilledRows } from '../table/embedding-table.ts'

/** How rows become a table. */
export interface FillOptions extends LoadOptions, TableOptions {
  dtype?: ElementType | undefined
}

/**
 * Reads the rows of a file into a table: as they lie in the file where it has them in the wanted type, else
 * rounded to it block by block.
 *
 * @param finish gives the tokens of what was read, those of the caller included
 */
export function fillTable(
  file: TableFile,
  options: FillOptions,
  finish: (loaded: LoadedRows) => Promise<FilledRows>,
): Promise<EmbeddingTable> {
  const { size, dimension, elementType = 'f32', loadBits, loadCodes } = file
  const { dtype = elementType } = options
  const tableOptions = pickOptions<TableOptions>({ ...options, tokens: undefined }, TABLE_OPTIONS)
  if (dtype === 'f32') {
    const load = async (target: Float32Array) => finish(await file.load(target, options))
    return EmbeddingTable.fill({ size, dimension }, load, tableOptions)
  }
  if (dtype === 'int8') {
    const load = async (target: Int8Array, scales: Float32Array) =>
      finish(
        loadCodes === undefined
          ? await narrow(file, { dtype, target, scales }, options)
          : await loadCodes(target, scales, options),
      )
    return EmbeddingTable.fill({ size, dimension, dtype }, load, tableOptions)
  }
  const load = async (target: Uint16Array, scales: Float32Array) =>
    finish(
      loadBits === undefined || dtype !== elementType
        ? await narrow(file, { dtype, target, scales }, options)
        : await loadBits(target, options),
    )
  return EmbeddingTable.fill({ size, dimension, dtype }, load, tableOptions)
}

interface Room {
  readonly dtype: Exclude<ElementType, 'f32'>
  readonly target: Uint16Array | Int8Array
  readonly scales: Float32Array
}

/** Rounds the rows of a file to a type of fewer bits. */
function narrow(file: TableFile, { dtype, target, scales }: Room, options: LoadOptions): Promise<LoadedRows> {
  const { dimension } = file
  let row = 0
  return loadInBlocks(file, options, (rows) => {
    const next = row + rows.length / dimension
    const some = target.subarray(row * dimension, next * dimension)
    writeRows({ rows, scales: undefined, dimension, dtype }, some, scales.subarray(row, next))
    if (dtype === 'f16') checkHalves(rows, some, row, dimension)
    row = next
  })
}

const HALF_INFINITY = 0x7c00

/** Throws `NON_FINITE` for a number that float16 has none near. */
function checkHalves(
  rows: Float32Array,
  halves: Uint16Array | Int8Array,
  first: number,
  dimension: number,
): void {
  for (let place = 0; place < rows.length; place++) {
    if (((halves[place] ?? 0) & 0x7fff) !== HALF_INFINITY || !Number.isFinite(rows[place])) continue
    const row = first + Math.floor(place / dimension)
    const column = place % dimension
    const value = rows[place]
    const text = `row ${row} has ${value} in column ${column}, too large for f16 (at most 65504): open it as bf16.`
    throw new RowspaceError('NON_FINITE', text, { row, column, value, dtype: 'f16' })
  }
}

/** Rows that have places are read so many numbers at a time. */
const BLOCK_NUMBERS = 1 << 22

/** Reads all rows and hands them on, some at a time; those of rare layouts at once. */
async function loadInBlocks(
  file: TableFile,
  options: LoadOptions,
  take: (rows: Float32Array) => void,
): Promise<LoadedRows> {
  const { size, dimension, rows, loadBlocks } = file
  if (loadBlocks !== undefined) return loadBlocks(take, options)
  if (rows === undefined) {
    const all = new Float32Array(size * dimension)
    const loaded = await file.load(all, options)
    take(all.subarray(0, loaded.size * dimension))
    return loaded
  }
  const { signal } = options
  const progress = new ReadProgress(options, size * rows.rowBytes)
  const { onBytes } = progress.blockOptions(options)
  const tokens = await rows.readTokens?.(signal)
  const step = Math.max(1, Math.floor(BLOCK_NUMBERS / dimension))
  for (let start = 0; start < size; start += step) {
    const end = Math.min(start + step, size)
    take(await rows.read(start, end, signal))
    onBytes?.(end * rows.rowBytes)
    signal?.throwIfAborted()
  }
  return progress.finish({ size, tokens, duplicates: 0 })
}
