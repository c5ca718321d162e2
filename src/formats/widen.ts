/** Numbers of the types models are published in, as float32: exact for all but float64, which is rounded to the nearest. */
import { RowspaceError } from '../core/errors.ts'
import { BLOCK_BYTES, type BlockOptions, readBlocks } from '../sources/blocks.ts'
import type { ByteSource } from '../sources/source.ts'
import type { StoredType } from './format.ts'

export interface NumberType {
  readonly stored: StoredType
  /** Numbers in a block, and its bytes. */
  readonly numbers: number
  readonly bytes: number
  /** Fills `target` with the first numbers of `view`. */
  decode(view: DataView, target: Float32Array, littleEndian: boolean): void
}

type ReadNumber = (view: DataView, offset: number, littleEndian: boolean) => number

function numberType(stored: StoredType, bytes: number, read: ReadNumber): NumberType {
  return {
    stored,
    numbers: 1,
    bytes,
    decode(view, target, littleEndian) {
      for (let place = 0; place < target.length; place++) {
        target[place] = read(view, place * bytes, littleEndian)
      }
    },
  }
}

export const F64 = numberType('f64', 8, (view, offset, little) => view.getFloat64(offset, little))
export const F32 = numberType('f32', 4, (view, offset, little) => view.getFloat32(offset, little))
export const F16 = numberType('f16', 2, (view, offset, little) => halfOf(view.getUint16(offset, little)))
export const BF16 = numberType('bf16', 2, (view, offset, little) => brainOf(view.getUint16(offset, little)))

/** Types by their safetensors names. I8 and U8 are integers: nothing scales them. */
export const NUMBER_TYPES: ReadonlyMap<string, NumberType> = new Map([
  ['F64', F64],
  ['F32', F32],
  ['F16', F16],
  ['BF16', BF16],
  ['F8_E4M3', numberType('f8-e4m3', 1, (view, offset) => e4m3Of(view.getUint8(offset)))],
  // the upper half of a binary16
  ['F8_E5M2', numberType('f8-e5m2', 1, (view, offset) => halfOf(view.getUint8(offset) << 8))],
  ['I8', numberType('i8', 1, (view, offset) => view.getInt8(offset))],
  ['U8', numberType('u8', 1, (view, offset) => view.getUint8(offset))],
])

/**
 * GGUF's blocks of a binary16 scale and 32 codes. A product has 11 + 8 bits at most, and float32 holds 24: nothing is rounded.
 */
export const Q8_0: NumberType = {
  stored: 'q8_0',
  numbers: 32,
  bytes: 34,
  decode(view, target, littleEndian) {
    let filled = 0
    for (let offset = 0; filled < target.length; offset += 34) {
      const scale = halfOf(view.getUint16(offset, littleEndian))
      for (let place = 2; place < 34; place++) target[filled++] = scale * view.getInt8(offset + place)
    }
  },
}

/** IEEE 754 binary16. */
export function halfOf(bits: number): number {
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  const sign = bits & 0x8000 ? -1 : 1
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25))
}

const WORD = new DataView(new ArrayBuffer(4))

/** bfloat16: the upper half of a float32. */
function brainOf(bits: number): number {
  WORD.setUint32(0, bits << 16)
  return WORD.getFloat32(0)
}

/** The 8-bit float of Micikevicius et al. 2022, "FP8 formats for deep learning": no infinity, and NaN where all bits but the sign are set. */
function e4m3Of(bits: number): number {
  const exponent = (bits >> 3) & 15
  const fraction = bits & 7
  const sign = bits & 0x80 ? -1 : 1
  if (exponent === 15 && fraction === 7) return Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -9 : (8 + fraction) * 2 ** (exponent - 10))
}

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
  const littleEndian = !rows.bigEndian
  const start = rows.start + bytesOfRows(rows, firstRow)
  const end = start + bytesOfRows(rows, target.length / dimension)
  const blockBytes = Math.floor(BLOCK_BYTES / type.bytes) * type.bytes
  let filled = 0
  for await (const block of readBlocks(source, start, end, { ...options, blockBytes })) {
    const view = new DataView(block.buffer, block.byteOffset, block.length)
    const count = (block.length / type.bytes) * type.numbers
    const numbers = byColumn ? new Float32Array(count) : target.subarray(filled, filled + count)
    type.decode(view, numbers, littleEndian)
    const placeOf = (index: number) => firstRow * dimension + placeInTable(rows, filled + index)
    if (type.stored === 'f64') checkNarrowed(source, view, numbers, littleEndian, placeOf, dimension)
    if (byColumn) {
      numbers.forEach((number, index) => {
        target[placeOf(index)] = number
      })
    }
    if (scales !== undefined) scaleRows(numbers, filled, scales, dimension)
    filled += count
  }
}

/** Where number `item` of the file goes in the row-major table. */
function placeInTable({ byColumn, size, dimension }: PlacedRows, item: number): number {
  if (!byColumn) return item
  const column = Math.floor(item / size)
  return (item - column * size) * dimension + column
}

/** Throws `NON_FINITE` where a finite float64 is infinite as float32. */
function checkNarrowed(
  source: ByteSource,
  view: DataView,
  numbers: Float32Array,
  littleEndian: boolean,
  placeOf: (index: number) => number,
  dimension: number,
): void {
  numbers.forEach((number, index) => {
    if (Number.isFinite(number)) return
    const value = view.getFloat64(index * 8, littleEndian)
    if (!Number.isFinite(value)) return
    const row = Math.floor(placeOf(index) / dimension)
    const column = placeOf(index) % dimension
    throw new RowspaceError(
      'NON_FINITE',
      `${source.name}: ${value} in row ${row}, column ${column}, is too large for float32 (at most 3.4e38). Scale the rows down.`,
      { source: source.name, row, column, value },
    )
  })
}

/**
 * Multiplies codes, `first` of which came before, each by the scale of its row: the product is exact in float64 (8 + 24 bits), so it is
 * rounded once.
 */
function scaleRows(codes: Float32Array, first: number, scales: Float32Array, dimension: number): void {
  const firstRow = Math.floor(first / dimension)
  const endRow = Math.ceil((first + codes.length) / dimension)
  scales.subarray(firstRow, endRow).forEach((scale, index) => {
    const start = (firstRow + index) * dimension - first
    const row = codes.subarray(Math.max(0, start), start + dimension)
    row.forEach((code, column) => {
      row[column] = code * scale
    })
  })
}
