/** Numbers of the types models are published in, as float32: exact but for float64, which is rounded. */
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
 * GGUF's blocks of a binary16 scale and 32 codes. A product has 11 + 8 bits at most, and float32 holds 24:
 * nothing is rounded.
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

const WORD = new DataView(new ArrayBuffer(4))

/** The float32 of these bits. */
function floatOf(bits: number): number {
  WORD.setUint32(0, bits)
  return WORD.getFloat32(0)
}

/**
 * IEEE 754 binary16: its exponent and fraction at the place of a float32's, times what the biases differ by.
 */
export function halfOf(bits: number): number {
  const magnitude = bits & 0x7fff
  if (magnitude > 0x7c00) return Number.NaN
  const number = magnitude === 0x7c00 ? Number.POSITIVE_INFINITY : floatOf(magnitude << 13) * 2 ** 112
  return bits & 0x8000 ? -number : number
}

/** bfloat16: the upper half of a float32. */
function brainOf(bits: number): number {
  return floatOf(bits << 16)
}

/**
 * Micikevicius et al. 2022, "FP8 formats for deep learning": no infinity; NaN has all bits but the sign set.
 */
function e4m3Of(bits: number): number {
  const magnitude = bits & 0x7f
  if (magnitude === 0x7f) return Number.NaN
  const number = floatOf(magnitude << 20) * 2 ** 120
  return bits & 0x80 ? -number : number
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
  let index = -1
  for (const number of numbers) {
    index++
    if (Number.isFinite(number)) continue
    const value = view.getFloat64(index * 8, !rows.bigEndian)
    if (!Number.isFinite(value)) continue
    const place = placeOf(rows, first + index)
    const row = Math.floor(place / rows.dimension)
    const column = place % rows.dimension
    const name = rows.source.name
    throw new RowspaceError(
      'NON_FINITE',
      `${name}: ${value} in row ${row}, column ${column}, is too large for float32 (at most 3.4e38). Scale the rows down.`,
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
