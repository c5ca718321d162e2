/** Codes of 4 bits (../four-bits.ts) as bytes u = 0 … 15, for which c = 2 u − 15. */
import { Table } from '../records'

/** The sign of the fourth and the eighth column, which are stored as u − 8. */
const SIGNS: i16 = 0x0800

/** Where the eight rows begin that row `id` is one of: for each eight columns 32 bytes, four of each row. */
export function eightOf(table: Table, id: u32): usize {
  return table.codes + (id >> 3) * (table.codeStride << 2)
}

/** Of four rows' eight columns the first, third, fifth and seventh of each. */
export function evenOf(codes: v128): v128 {
  return v128.and(codes, i8x16.splat(15))
}

/** The others. */
export function oddOf(codes: v128): v128 {
  return v128.xor(v128.and(i16x8.shr_u(codes, 4), i8x16.splat(15)), i16x8.splat(SIGNS))
}
