/** The codes of a memory as bytes, to be written to a file and read from it. */
import { COLUMN_VECTORS, STATS } from '../build/core-constants.ts'
import type { TableMemory } from './table-memory.ts'

/** Parts that have a share for each row. */
export type RowPart = 'codes' | 'code_scales' | 'residuals' | 'norms'
/** Parts of all rows together. */
export type CommonPart = 'code_columns' | 'code_stats'

/**
 * Views of what belongs to the first `size` rows, in the bits of `memory.codeBits`. Codes of 4 bits have
 * eight rows together.
 */
export function rowParts(
  { layout, codeBits, rows }: TableMemory,
  size: number,
): ReadonlyMap<RowPart, Uint8Array> {
  const { codes, codeStride, codeScales, residuals, norms } = layout
  const codeBytes = codeBits === 8 ? size * codeStride : Math.ceil(size / 8) * 4 * codeStride
  const view = (start: number, bytes: number) => new Uint8Array(rows.buffer, start, bytes)
  // names as text: the build shortens those of properties
  return new Map<RowPart, Uint8Array>([
    ['codes', view(codes, codeBytes)],
    ['code_scales', view(codeScales, size * 4)],
    ['residuals', view(residuals, size * 4)],
    ['norms', view(norms, size * 4)],
  ])
}

/** Views of what the codes of all rows are relative to, and bound by. */
export function commonParts({ layout, rows }: TableMemory): ReadonlyMap<CommonPart, Uint8Array> {
  const { columns, codeStride, stats } = layout
  return new Map<CommonPart, Uint8Array>([
    ['code_columns', new Uint8Array(rows.buffer, columns, COLUMN_VECTORS * codeStride * 4)],
    ['code_stats', new Uint8Array(rows.buffer, stats, STATS * 4)],
  ])
}
