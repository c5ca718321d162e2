/**
 * What all codes of a table are relative to: the means and spreads of its columns (encode.ts), from a sample
 * of rows.
 *
 *   columns   μ, then w, then 1/w, then one row's y: each d float32, padded with zeros to a multiple of 8
 *   moments   room for the sums of x and x² of each column, float64
 */
import { clearStats } from './code-stats'
import { widened } from './elements'
import { Table } from './records'

/** Vectors in `columns`. */
export const COLUMN_VECTORS: u32 = 4

/** Bytes of one column vector. */
export function columnBytes(dimension: u32): usize {
  return ((dimension + 7) & ~7) << 2
}

/**
 * Column means and spreads over every `step`-th of `size` rows. No spread is below a thousandth of the root
 * mean square of them all: a row that stands out in a column that hardly varies would lose all other numbers.
 */
export function measureColumns(table: Table, size: u32, step: u32): void {
  const dimension = table.dimension
  const bytes = columnBytes(dimension)
  const means = table.columns
  const count = <f64>sumColumns(table, size, step)
  let meanSquares: f64 = 0
  let variances: f64 = 0
  for (let j: u32 = 0; j < dimension; j++) {
    const mean = load<f64>(table.moments + (j << 4)) / count
    const variance = Math.max(0, load<f64>(table.moments + (j << 4), 8) / count - mean * mean)
    store<f32>(means + (j << 2), <f32>mean)
    store<f32>(means + bytes + (j << 2), <f32>Math.sqrt(variance))
    meanSquares += mean * mean
    variances += variance
  }
  const narrowest = <f32>(Math.sqrt(variances / <f64>dimension) / 1000)
  for (let j: u32 = 0; j < dimension; j++) {
    let spread = Mathf.max(load<f32>(means + bytes + (j << 2)), narrowest)
    if (!(spread > 0)) spread = 1
    store<f32>(means + bytes + (j << 2), spread)
    store<f32>(means + 2 * bytes + (j << 2), 1 / spread)
  }
  clearStats(table, Math.sqrt(meanSquares))
}

/** Sums of x and x² of every column over every `step`-th row, in `moments`. Returns how many rows. */
function sumColumns(table: Table, size: u32, step: u32): u32 {
  const dimension = table.dimension
  memory.fill(table.moments, 0, dimension << 4)
  let count: u32 = 0
  for (let id: u32 = 0; id < size; id += step) {
    const row = widened(table, id)
    for (let j: u32 = 0; j < dimension; j++) {
      const x = <f64>load<f32>(row + (j << 2))
      const at = table.moments + (j << 4)
      v128.store(at, f64x2.add(v128.load(at), f64x2.replace_lane(f64x2.splat(x), 1, x * x)))
    }
    count++
  }
  return count
}
