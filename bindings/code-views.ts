/** The codes of a table's memory as arrays, to be copied to another memory or to a file. */
import type { TableMemory } from './table-memory.ts'

/** Numbers of assembly/encode.ts's columns and stats. */
const COLUMN_VECTORS = 4
const STATS = 4

/** Views of the first `size` rows' codes, with all it takes to search by them. Only where the layout has codes of its own. */
export function codeViews({ layout, rows: { buffer } }: TableMemory, size: number) {
  const { codes, codeStride, codeScales, residuals, columns, stats } = layout
  return {
    codes: new Int8Array(buffer, codes, size * codeStride),
    codeScales: new Float32Array(buffer, codeScales, size),
    residuals: new Float32Array(buffer, residuals, size),
    columns: new Float32Array(buffer, columns, COLUMN_VECTORS * codeStride),
    stats: new Float32Array(buffer, stats, STATS),
  }
}
