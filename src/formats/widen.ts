/** Numbers of the types models are published in, as float32: exact for all but float64, which is rounded to the nearest. */
import { RowspaceError } from '../core/errors.ts'
import { type BlockOptions, readBlocks } from '../sources/blocks.ts'
import type { ByteSource } from '../sources/source.ts'

/** Bytes of one number, and how number `place` of a view is read. */
export interface NumberType {
  readonly bytes: number
  readonly read: (view: DataView, place: number) => number
}

/** float32 itself. */
export const F32: NumberType = { bytes: 4, read: (view, place) => view.getFloat32(place * 4, true) }

/** Types by their safetensors names. I8 and U8 are whole numbers: nothing scales them. */
export const NUMBER_TYPES: ReadonlyMap<string, NumberType> = new Map([
  ['F64', { bytes: 8, read: (view, place) => view.getFloat64(place * 8, true) }],
  ['F32', F32],
  ['F16', { bytes: 2, read: (view, place) => halfOf(view.getUint16(place * 2, true)) }],
  ['BF16', { bytes: 2, read: (view, place) => brainOf(view.getUint16(place * 2, true)) }],
  ['F8_E4M3', { bytes: 1, read: (view, place) => E4M3[view.getUint8(place)]! }],
  ['F8_E5M2', { bytes: 1, read: (view, place) => E5M2[view.getUint8(place)]! }],
  ['I8', { bytes: 1, read: (view, place) => view.getInt8(place) }],
  ['U8', { bytes: 1, read: (view, place) => view.getUint8(place) }],
])

/** IEEE 754 binary16. */
export function halfOf(bits: number): number {
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  const sign = bits & 0x8000 ? -1 : 1
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25))
}

const WORD = new Uint32Array(1)
const FLOAT = new Float32Array(WORD.buffer)

/** bfloat16: the upper half of a float32. */
function brainOf(bits: number): number {
  WORD[0] = bits << 16
  return FLOAT[0]!
}

/**
 * The 256 numbers of two 8-bit floats (Micikevicius et al. 2022, "FP8 formats for deep learning"). E4M3 has no infinity, and NaN
 * only where all bits of exponent and fraction are set; E5M2 is the upper half of a binary16.
 */
const E4M3 = Float32Array.from({ length: 256 }, (_, byte) => {
  const exponent = (byte >> 3) & 15
  const fraction = byte & 7
  const sign = byte & 0x80 ? -1 : 1
  if (exponent === 15 && fraction === 7) return Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -9 : (8 + fraction) * 2 ** (exponent - 10))
})
const E5M2 = Float32Array.from({ length: 256 }, (_, byte) => halfOf(byte << 8))

/**
 * Reads `target.length` numbers from byte `start` on: those of row `firstRow` (0) and after.
 *
 * @throws `NON_FINITE` naming row and column for a float64 that no float32 is near
 */
export async function widenNumbers(
  source: ByteSource,
  start: number,
  type: NumberType,
  target: Float32Array,
  dimension: number,
  options: BlockOptions & { firstRow?: number },
): Promise<void> {
  const before = (options.firstRow ?? 0) * dimension
  let filled = 0
  // blocks are whole numbers: their size is a power of two
  for await (const block of readBlocks(source, start, start + target.length * type.bytes, options)) {
    const view = new DataView(block.buffer, block.byteOffset, block.length)
    const count = block.length / type.bytes
    for (let place = 0; place < count; place++) {
      const value = type.read(view, place)
      target[filled + place] =
        type.bytes === 8 ? narrow(source, value, before + filled + place, dimension) : value
    }
    filled += count
  }
}

/** How rows [start, end) are read of numbers that lie row by row from byte `first` on. */
export function rowsOfNumbers(source: ByteSource, first: number, type: NumberType, dimension: number) {
  return async (start: number, end: number, signal?: AbortSignal): Promise<Float32Array> => {
    const target = new Float32Array((end - start) * dimension)
    const from = first + start * dimension * type.bytes
    await widenNumbers(source, from, type, target, dimension, { signal, firstRow: start })
    return target
  }
}

/** A float64 as the float32 nearest to it. Throws `NON_FINITE` where that would be infinite. */
export function narrow(source: ByteSource, value: number, place: number, dimension: number): number {
  const narrowed = Math.fround(value)
  if (Number.isFinite(narrowed) || !Number.isFinite(value)) return narrowed
  const row = Math.floor(place / dimension)
  const column = place % dimension
  throw new RowspaceError(
    'NON_FINITE',
    `${source.name}: ${value} in row ${row}, column ${column}, is too large for float32 (at most 3.4e38). Scale the rows down.`,
    { source: source.name, row, column, value },
  )
}
