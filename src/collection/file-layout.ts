/**
 * A collection as a safetensors file.
 *
 * ```
 * embeddings     F32, BF16 or F16 [n, d]      the rows
 * tokens         U8 [bytes]                   the keys as a JSON list, where all are strings (openTable reads them so)
 * keys           U8 [bytes]                   the same, where some are numbers
 * norms          F32 [n]                      1/||row||
 * codes          I8 [n, d rounded up to 8]    with code_scales F32 [n], residuals F32 [n], code_columns F32 [4, …], code_stats F32 [4]
 * column.<name>  F64, U8 or U32 [n]           metadata: numbers (NaN: null), booleans (0 null, 1 false, 2 true), strings by number
 * strings.<name> U8 [bytes]                   the strings as a JSON list: number n stands for the nth, 0 for null
 * ```
 * `__metadata__`: format, version, revision (another after each save), columns (JSON list of [name, type]), next_key, checksums
 * (JSON list of [tensor, XXH64]) and checksum, that of all the others and of the tensors' names, types and shapes.
 */
import type { TensorInfo } from '../formats/format.ts'
import type { ColumnType } from '../metadata/types.ts'
import { Checksum } from './checksum.ts'

export const FORMAT = 'rowspace-collection'
export const VERSION = 1

export const DTYPES = { f32: 'F32', bf16: 'BF16', f16: 'F16' } as const
/** The tensors of codes, by the names of bindings/code-views.ts. */
export const CODE_TENSORS = {
  codes: 'codes',
  codeScales: 'code_scales',
  residuals: 'residuals',
  columns: 'code_columns',
  stats: 'code_stats',
} as const
export const COLUMN_DTYPES: Record<ColumnType, string> = { number: 'F64', boolean: 'U8', string: 'U32' }

export interface CollectionMetadata {
  format: string
  version: string
  revision: string
  columns: string
  next_key: string
  checksums: string
}

/** What `checksum` is to be. */
export async function checksumOf(
  metadata: CollectionMetadata,
  tensors: readonly TensorInfo[],
): Promise<string> {
  const { format, version, revision, columns, next_key, checksums } = metadata
  const described = tensors.map(({ name, dtype, shape }) => [name, dtype, shape])
  described.sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1))
  const checksum = await Checksum.start()
  const all = [format, version, revision, columns, next_key, checksums, described]
  checksum.add(new TextEncoder().encode(JSON.stringify(all)))
  return checksum.hex()
}
