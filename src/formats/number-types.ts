/** Numbers of the types models are published in, as float32: exact but for float64, which is rounded. */
import type { StoredType } from './format.ts'

/** How numbers are stored, and how they are read. */
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
