/** Codes of rows whose norms are known. Loaded where a table has room for codes: small ones do not. */
import { makeCodes } from '../../bindings/codes.ts'
import type { TableMemory } from '../../bindings/table-memory.ts'
import type { Codes } from '../core/options.ts'

const BITS = new Map<Codes | undefined, 4 | 8>([
  ['int8', 8],
  ['int4', 4],
])

/** Makes codes, unless float32 bounds cannot be trusted with a norm (assembly/norm.ts). */
export function codeRows(memory: TableMemory, size: number, codes: Codes | undefined): void {
  const isOrdinary = !memory.norms.subarray(0, size).some(Number.isNaN)
  if (size > 0 && isOrdinary) makeCodes(memory, size, BITS.get(codes))
}
