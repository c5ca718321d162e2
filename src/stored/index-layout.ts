/**
 * The file that lies beside a table's rows so that they can be searched where they are: their codes, and what
 * bounds scores by them. It is a safetensors file (docs/guides/stored.md):
 *
 *   codes           I8 [V, stride]       a row's codes of 8 bits, stride = d rounded up to a multiple of 8;
 *                   or U8 [⌈V/8⌉, 4·stride]   codes of 4 bits, eight rows together (assembly/four-bits.ts)
 *   code_scales     F32 [V]              what a row's codes are multiplied by
 *   residuals       F32 [V]              the length of what the codes lose of a row, widened for rounding
 *   norms           F32 [V]              1/||row||
 *   code_columns    F32 [4, stride]      means, spreads, inverse spreads of the columns, and room
 *   code_stats      F32 [4]              the largest ||c||, s·||c|| and s·||c||/||x||, and ||μ||
 *   token_…                              tokens, where the table has its own (token-layout.ts)
 *   checksums       U8 [n, 16]           XXH64 of each of these, as 16 hexadecimal digits
 *
 * The metadata entry `rowspace` says as JSON which rows they are of.
 */

import { COLUMN_VECTORS, STATS } from '../../build/core-constants.ts'

/** Raised when a file's parts change, or what codes and bounds are computed from them. */
export const INDEX_VERSION = 1
export const METADATA_KEY = 'rowspace'
/** Where its JSON has the version: as text, because the build shortens properties of this name. */
export const LAYOUT = 'layout'
export const CHECKSUMS = 'checksums'
/** Bytes of a checksum: hexadecimal digits. */
export const CHECKSUM_BYTES = 16

/** Bits of a code. */
export type CodeBits = 4 | 8
/** All widths, the exacter first. */
export const CODE_BITS: readonly CodeBits[] = [8, 4]

/** What an index says of the rows that it is of. */
export interface IndexedRows {
  readonly size: number
  readonly dimension: number
  /** As they are stored. */
  readonly dtype: string
  /** Bytes of their file, or of all files of theirs. */
  readonly bytes: number
  /** The name of their tensor, where the file is a container. */
  readonly tensor?: string | undefined
  /** The strong ETag of their file, where they are in one and it had one. */
  readonly version?: string | undefined
  /** XXH64 of `sampledIds`' rows as float32. */
  readonly sample: string
  /** Whether one of its tokens begins with `▁`. Where it has tokens, it says so. */
  readonly marksWordStarts?: boolean | undefined
}

/** A tensor of an index. */
export interface IndexTensor {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  /** Bytes of it. */
  readonly size: number
}

/** The tensors of an index, in the order in which they lie, without their checksums. */
export function indexTensors(size: number, dimension: number, bits: CodeBits): readonly IndexTensor[] {
  const stride = strideOf(dimension)
  const eights = Math.ceil(size / 8)
  const codes = bits === 8 ? ['I8', size, stride] : ['U8', eights, 4 * stride]
  const [dtype, ...shape] = codes as [string, number, number]
  return [
    { name: 'codes', dtype, shape, size: (shape[0] ?? 0) * (shape[1] ?? 0) },
    { name: 'code_scales', dtype: 'F32', shape: [size], size: size * 4 },
    { name: 'residuals', dtype: 'F32', shape: [size], size: size * 4 },
    { name: 'norms', dtype: 'F32', shape: [size], size: size * 4 },
    {
      name: 'code_columns',
      dtype: 'F32',
      shape: [COLUMN_VECTORS, stride],
      size: COLUMN_VECTORS * stride * 4,
    },
    { name: 'code_stats', dtype: 'F32', shape: [STATS], size: STATS * 4 },
  ]
}

export function checksumsTensor(tensors: readonly IndexTensor[]): IndexTensor {
  const shape = [tensors.length, CHECKSUM_BYTES]
  return { name: CHECKSUMS, dtype: 'U8', shape, size: tensors.length * CHECKSUM_BYTES }
}

function strideOf(dimension: number): number {
  return Math.ceil(dimension / 8) * 8
}

/** Rows that tell whether rows are those that an index is of. */
const SAMPLED = 32

/** Their ids: the first, the last, and some between, ascending. */
export function sampledIds(size: number): number[] {
  const ids = Array.from({ length: SAMPLED }, (_, index) => Math.floor((index * (size - 1)) / (SAMPLED - 1)))
  return [...new Set(ids)]
}

/** Where the index of a file is looked for: beside it. */
export function indexName(source: string, bits: CodeBits): string {
  const name = source.split(/[\\/]/).at(-1) ?? source
  return `${name.replace(/[?#].*$/, '')}${bits === 4 ? '.int4' : ''}.index.safetensors`
}

/** Bytes of memory that the codes of an index take, and what bounds scores by them. */
export function bytesOfCodes(size: number, dimension: number, bits: CodeBits): number {
  return indexTensors(size, dimension, bits).reduce((sum, tensor) => sum + tensor.size, 0)
}
