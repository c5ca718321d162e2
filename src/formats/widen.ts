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
  const { source, type, dimension, byColumn } = rows
  const { firstRow = 0, scales } = options
  const start = rows.start + bytesOfRows(rows, firstRow)
  const end = start + bytesOfRows(rows, target.length / dimension)
  const blockBytes = Math.floor(BLOCK_BYTES / type.bytes) * type.bytes
  let filled = 0
  for await (const block of readBlocks(source, start, end, { ...options, blockBytes })) {
    const view = new DataView(block.buffer, block.byteOffset, block.length)
    const count = (block.length / type.bytes) * type.numbers
    const numbers = byColumn ? new Float32Array(count) : target.subarray(filled, filled + count)
    if (scales === undefined) type.decode(view, numbers, !rows.bigEndian)
    else decodeCodes(view, numbers, filled, scales, dimension)
    if (type.stored === 'f64') checkNarrowed(rows, view, numbers, firstRow * dimension + filled)
    let item = filled
    if (byColumn) for (const number of numbers) target[placeOf(rows, item++)] = number
    filled += count
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
