/** Mean and covariance of a table's rows, in float64. Rows of zeros are left out. */
import { idRange } from '../core/id-range.ts'
import { inSteps, type WorkOptions } from '../core/in-steps.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'

export interface Moments {
  /** d numbers. */
  mean: Float64Array
  /** d · d numbers, divided by the number of rows, symmetric. */
  covariance: Float64Array
}

const STEP = 256

export async function meanOf(table: EmbeddingTable, options: WorkOptions): Promise<Float64Array> {
  const sum = new Float64Array(table.dimension)
  let count = 0
  await eachBlock(table, options, (rows) => {
    for (let at = 0; at < rows.length; at += sum.length) {
      let isZero = true
      for (let i = 0; i < sum.length; i++) {
        const value = rows[at + i]!
        if (value !== 0) isZero = false
        sum[i]! += value
      }
      if (!isZero) count++
    }
  })
  return sum.map((value) => value / (count || 1))
}

export async function momentsOf(table: EmbeddingTable, options: WorkOptions): Promise<Moments> {
  const mean = await meanOf(table, { signal: options.signal })
  const covariance = new Float64Array(mean.length ** 2)
  const centred = new Float64Array(mean.length)
  const count = await eachRow(table, options, (row) => {
    subtract(row, mean, centred)
    addSquare(covariance, centred, 1)
  })
  return { mean, covariance: mirrored(covariance, mean.length).map((sum) => sum / (count || 1)) }
}

/** Writes `vector − mean` to `target`. */
export function subtract(vector: ArrayLike<number>, mean: Float64Array, target: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = vector[i]! - mean[i]!
}

/** Adds `weight` · x xᵀ to a matrix: the upper half alone. */
export function addSquare(matrix: Float64Array, x: Float64Array, weight: number): void {
  const { length } = x
  // Stryker disable next-line EqualityOperator: beyond the end there is nothing to add
  for (let i = 0; i < length; i++) {
    const value = weight * x[i]!
    const row = i * length
    // Stryker disable next-line EqualityOperator: the number after a row's end is in the lower half
    for (let j = i; j < length; j++) matrix[row + j]! += value * x[j]!
  }
}

/** The matrix of n · n numbers whose lower half mirrors the upper half. */
export function mirrored(matrix: Float64Array, n: number): Float64Array {
  return matrix.map((_, place) => {
    const row = Math.floor(place / n)
    const column = place % n
    return matrix[Math.min(row, column) * n + Math.max(row, column)] ?? 0
  })
}

function isZero(row: Float32Array): boolean {
  for (let i = 0; i < row.length; i++) if (row[i] !== 0) return false
  return true
}

/** Calls `visit` with all rows, some at a time. */
function eachBlock(
  table: EmbeddingTable,
  options: WorkOptions,
  visit: (rows: Float32Array) => void,
): Promise<void> {
  return inSteps(table.size, STEP, options, (from, to) => visit(table.gather(idRange(from, to))))
}

/** Calls `visit` with every row that is not all zeros. Returns how many these are. */
async function eachRow(
  table: EmbeddingTable,
  options: WorkOptions,
  visit: (row: Float32Array) => void,
): Promise<number> {
  const { dimension } = table
  let count = 0
  await eachBlock(table, options, (rows) => {
    for (let at = 0; at < rows.length; at += dimension) {
      const row = rows.subarray(at, at + dimension)
      if (isZero(row)) continue
      count++
      visit(row)
    }
  })
  return count
}
