/**
 * A collection as a safetensors file.
 *
 * ```
 * embeddings     F32, BF16 or F16 [n, d]      the rows
 * tokens         U8 [bytes]                   the keys as a JSON list, if all are strings: openTable's
 * keys           U8 [bytes]                   the same, where some are numbers
 * norms          F32 [n]                      1/||row||
 * codes          I8 [n, d rounded up to 8]
 * code_scales    F32 [n]                      with residuals F32 [n], code_columns F32 [4, …], code_stats
 * column.<name>  F64, U8 or U32 [n]           metadata: numbers (NaN: null), booleans (0 null, 1 false,
 *                                             2 true), strings by number
 * strings.<name> U8 [bytes]                   the strings as a JSON list: n stands for the nth, 0 for null
 * ```
 * `__metadata__`: format, version, revision (another after each save), columns (JSON list of [name, type]),
 * next_key, checksums (JSON list of [tensor, XXH64]) and checksum, that of all the others and of the tensors'
 * names, types, shapes.
 */
import { codeViews } from '../../bindings/codes.ts'
import type { TensorInfo } from '../formats/format.ts'
import type { Column } from '../metadata/columns.ts'
import { Checksum } from '../sources/checksum.ts'
import type { CollectionRows } from './rows.ts'

export const FORMAT = 'rowspace-collection'
export const VERSION = 1

export const DTYPES = { f32: 'F32', bf16: 'BF16', f16: 'F16' } as const
const COLUMN_DTYPES = { number: 'F64', boolean: 'U8', string: 'U32' } as const

/** A tensor of numbers, and where they lie in memory. */
export interface NumberTensor {
  name: string
  dtype: string
  shape: readonly number[]
  view: ArrayBufferView
}

/** The tensors of numbers of `size` rows, with their codes if `coded`. */
export function numberTensors(
  { memory, dimension, dtype }: CollectionRows,
  columns: ReadonlyMap<string, Column>,
  size: number,
  coded: boolean,
): NumberTensor[] {
  const rows = memory.rows.subarray(0, size * dimension)
  const tensors: NumberTensor[] = [
    { name: 'embeddings', dtype: DTYPES[dtype], shape: [size, dimension], view: rows },
    floats('norms', memory.norms.subarray(0, size)),
  ]
  if (coded) {
    const { codes, codeScales, residuals, columns: vectors, stats } = codeViews(memory, size)
    const stride = memory.layout.codeStride
    tensors.push(
      { name: 'codes', dtype: 'I8', shape: [size, stride], view: codes },
      floats('code_scales', codeScales),
      floats('residuals', residuals),
      { name: 'code_columns', dtype: 'F32', shape: [vectors.length / stride, stride], view: vectors },
      floats('code_stats', stats),
    )
  }
  return [...tensors, ...columnTensors(columns, size)]
}

/** The tensors of the metadata of `size` rows, without their strings. */
export function columnTensors(columns: ReadonlyMap<string, Column>, size: number): NumberTensor[] {
  return Array.from(columns, ([name, { type, values }]) => {
    const view = values.subarray(0, size)
    return { name: `column.${name}`, dtype: COLUMN_DTYPES[type], shape: [size], view }
  })
}

function floats(name: string, view: Float32Array): NumberTensor {
  return { name, dtype: 'F32', shape: [view.length], view }
}

export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

export interface CollectionMetadata {
  format: string
  version: string
  revision: string
  columns: string
  next_key: string
  checksums: string
}

/** The right value of `checksum`. */
export async function checksumOf(
  metadata: CollectionMetadata,
  tensors: readonly TensorInfo[],
): Promise<string> {
  const { format, version, revision, columns, next_key, checksums } = metadata
  const described = tensors.map(({ name, dtype, shape }): [string, ...unknown[]] => [name, dtype, shape])
  described.sort(([a], [b]) => (a < b ? -1 : 1))
  const checksum = await Checksum.start()
  const all = [format, version, revision, columns, next_key, checksums, described]
  checksum.add(new TextEncoder().encode(JSON.stringify(all)))
  return checksum.hex()
}
