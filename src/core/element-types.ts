/** The types that rows are stored in. */
import type { ElementType } from '../../bindings/layout.ts'
import { invalidArgument } from './values.ts'

export type { ElementType }

/** The array that holds rows of each type: |V| · d elements, row after row. */
export interface RowArrays {
  /** IEEE 754 binary32. */
  f32: Float32Array
  /** The bits of bfloat16 numbers. */
  bf16: Uint16Array
  /** The bits of IEEE 754 binary16 numbers. */
  f16: Uint16Array
  /** Codes from −127 to 127; each row has a scale that they are multiplied by. */
  int8: Int8Array
}

export const ELEMENT_TYPES: readonly ElementType[] = ['f32', 'bf16', 'f16', 'int8']

/** Throws `INVALID_ARGUMENT` unless `dtype` is one of the four. */
export function checkElementType(dtype: unknown): asserts dtype is ElementType {
  if (ELEMENT_TYPES.includes(dtype as ElementType)) return
  throw invalidArgument("dtype must be 'f32', 'bf16', 'f16' or 'int8'", dtype)
}
