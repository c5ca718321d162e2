/**
 * The wide columns. A query in 6 bits would spend its levels on the few columns in which tables of language
 * models are far wider than in the rest; so the widest stand apart, and are multiplied in 16 bits.
 *
 *   wideColumns   u32 × 8       the columns
 *   wideCodes     |V| × 8 int8  the codes of these columns once more, side by side
 */
import { columnBytes } from '../columns'
import { Table } from '../records'

export const WIDE_COLUMNS: u32 = 8
/** Rows that are looked at. */
const SAMPLE: u32 = 256
/** Columns stand apart where the widest has so many times the energy of the others on average. */
const APART: f64 = 6

/** Chooses the wide columns by a sample of `size` rows, whose codes have 8 bits and are in place. */
export function chooseColumns(table: Table, size: u32): void {
  memory.fill(table.moments, 0, table.dimension << 3)
  for (let id: u32 = 0, step = max(size / SAMPLE, 1); id < size; id += step) addEnergies(table, id)
  chooseWidest(table)
}

/** Adds to each column's energy, in `moments`, the square of what a query like this row has there. */
function addEnergies(table: Table, id: u32): void {
  const scale = <f64>load<f32>(table.codeScales + (id << 2))
  const bytes = columnBytes(table.dimension)
  const codes = table.codes + id * table.codeStride
  for (let j: u32 = 0; j < table.dimension; j++) {
    const mean = <f64>load<f32>(table.columns + (j << 2))
    const spread = <f64>load<f32>(table.columns + bytes + (j << 2))
    const scaled = spread * (mean + scale * spread * <f64>load<i8>(codes + j))
    const at = table.moments + (j << 3)
    store<f64>(at, load<f64>(at) + scaled * scaled)
  }
}

/** Chooses the wide columns, or none where the widest is not so wide. */
function chooseWidest(table: Table): void {
  const dimension = table.dimension
  let all: f64 = 0
  for (let j: u32 = 0; j < dimension; j++) all += load<f64>(table.moments + (j << 3))
  let largest: f64 = 0
  for (let i: u32 = 0; i < WIDE_COLUMNS; i++) {
    let widest: u32 = 0
    for (let j: u32 = 1; j < dimension; j++) {
      if (load<f64>(table.moments + (j << 3)) > load<f64>(table.moments + (widest << 3))) widest = j
    }
    const energy = load<f64>(table.moments + (widest << 3))
    if (i === 0) largest = energy
    all -= energy
    store<u32>(table.wideColumns + (i << 2), widest)
    store<f64>(table.moments + (widest << 3), -1)
  }
  const isApart = dimension > WIDE_COLUMNS && largest * <f64>(dimension - WIDE_COLUMNS) > all * APART
  table.wideCount = isApart ? WIDE_COLUMNS : 0
}

/** Puts the codes of the wide columns of row `id` side by side. */
export function gatherWide(table: Table, id: u32): void {
  const codes = table.codes + id * table.codeStride
  const target = table.wideCodes + id * WIDE_COLUMNS
  for (let i: u32 = 0; i < table.wideCount; i++) {
    store<i8>(target + i, load<i8>(codes + load<u32>(table.wideColumns + (i << 2))))
  }
}
