/** Rows of numbers of any type, read into float32. */
import { RowspaceError } from '../core/errors.ts'
import { BLOCK_BYTES, type BlockOptions, readBlocks } from '../sources/blocks.ts'
import type { ByteSource } from '../sources/source.ts'
import type { NumberType } from './number-types.ts'

/** Where rows of numbers lie in a file. */
export interface PlacedRows {
  readonly source: ByteSource
  /** The byte of the first number. */
  readonly start: number
  readonly type: NumberType
  readonly size: number
  readonly dimension: number
  readonly bigEndian?: boolean
  /** Columns lie one after another instead of rows. */
  readonly byColumn?: boolean
}

/** Bytes of `count` rows. */
export function bytesOfRows({ type, dimension }: PlacedRows, count: number): number {
  return ((count * dimension) / type.numbers) * type.bytes
}

/**
 * Reads rows into `target`, from `firstRow` (0) on, as many as it holds.
 *
 * @param options.scales a factor for each row of `target`
 * @throws `NON_FINITE` naming row and column for a float64 that no float32 is near
 */
export async function widenRows(
  rows: PlacedRows,
  target: Float32Array,
  options: BlockOptions & { firstRow?: number; scales?: Float32Array | undefined } = {},
): Promise<void> {
  if (rows.byColumn) return widenColumns(rows, target, options)
  const { source, type, dimension } = rows
  const { firstRow = 0, scales } = options
  const start = rows.start + bytesOfRows(rows, firstRow)
  const end = start + bytesOfRows(rows, target.length / dimension)
  let filled = 0
  for await (const block of readBlocks(source, start, end, { ...options, blockBytes: wholeItems(type) })) {
    const view = new DataView(block.buffer, block.byteOffset, block.length)
    const numbers = target.subarray(filled, filled + (block.length / type.bytes) * type.numbers)
    if (scales === undefined) type.decode(view, numbers, !rows.bigEndian)
    else decodeCodes(view, numbers, filled, scales, dimension)
    if (type.stored === 'f64') checkNarrowed(rows, view, numbers, firstRow * dimension + filled)
    filled += numbers.length
  }
}

/** Bytes of a block that ends where a number does. */
function wholeItems({ bytes }: NumberType): number {
  return Math.floor(BLOCK_BYTES / bytes) * bytes
}

/** The first rows of columns: all numbers in one stretch, or the first ones of each column. */
async function widenColumns(rows: PlacedRows, target: Float32Array, options: BlockOptions): Promise<void> {
  const { source, size, type, dimension } = rows
  const count = target.length / dimension
  const [stretches, length] = count === size ? [1, target.length] : [dimension, count]
  let done = 0
  for (let stretch = 0; stretch < stretches; stretch++) {
    let item = stretch * size
    const before = done
    const onBytes = (bytes: number) => {
      done = before + bytes
      options.onBytes?.(done)
    }
    const start = rows.start + item * type.bytes
    const blockOptions = { ...options, onBytes, blockBytes: wholeItems(type) }
    for await (const block of readBlocks(source, start, start + length * type.bytes, blockOptions)) {
      const view = new DataView(block.buffer, block.byteOffset, block.length)
      const numbers = new Float32Array(block.length / type.bytes)
      type.decode(view, numbers, !rows.bigEndian)
      if (type.stored === 'f64') checkNarrowed(rows, view, numbers, item)
      for (const number of numbers) target[placeOf(rows, item++)] = number
    }
  }
}

/** Where number `item` of the file goes in the row-major table. */
function placeOf({ byColumn, size, dimension }: PlacedRows, item: number): number {
  if (!byColumn) return item
  const column = Math.floor(item / size)
  return (item - column * size) * dimension + column
}

/** Throws `NON_FINITE` where a finite float64 is infinite as float32. */
function checkNarrowed(rows: PlacedRows, view: DataView, numbers: Float32Array, first: number): void {
  for (let index = 0; index < numbers.length; index++) {
    if (Number.isFinite(numbers[index])) continue
    const value = view.getFloat64(index * 8, !rows.bigEndian)
    if (!Number.isFinite(value)) continue
    const place = placeOf(rows, first + index)
    const row = Math.floor(place / rows.dimension)
    const column = place % rows.dimension
    const name = rows.source.name
    throw new RowspaceError(
      'NON_FINITE',
      `${name}: ${value} in row ${row}, column ${column}, is too large for float32 (at most 3.4e38). ` +
        'Scale the rows down.',
      { source: name, row, column, value },
    )
  }
}

/**
 * Codes of 8 bits, `first` of which came before, each times the scale of its row: the product is exact in
 * float64 (8 + 24 bits), so it is rounded once.
 */
function decodeCodes(
  view: DataView,
  target: Float32Array,
  first: number,
  scales: Float32Array,
  dimension: number,
): void {
  let row = Math.floor(first / dimension)
  let place = 0
  for (const scale of scales.subarray(row, Math.ceil((first + target.length) / dimension))) {
    const end = Math.min(target.length, ++row * dimension - first)
    for (; place < end; place++) target[place] = view.getInt8(place) * scale
  }
}
