/** Mean and covariance of a table's rows, in float64. Rows of zeros are left out. */
import { inSteps, type WorkOptions } from '../core/in-steps.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'

export interface Moments {
  /** Rows that are not all zeros. */
  count: number
  /** d numbers. */
  mean: Float64Array
  /** d · d numbers, divided by the count, symmetric. */
  covariance: Float64Array
}

const STEP = 256

export async function meanOf(
  table: EmbeddingTable,
  options: WorkOptions,
): Promise<Pick<Moments, 'count' | 'mean'>> {
  const { dimension } = table
  const mean = new Float64Array(dimension)
  let count = 0
  await inSteps(table.size, STEP, options, (from, to) => {
    for (const row of rowsOf(table, from, to)) {
      count++
      for (let i = 0; i < dimension; i++) mean[i]! += row[i]!
    }
  })
  return { count, mean: mean.map((sum) => sum / (count || 1)) }
}

export async function momentsOf(table: EmbeddingTable, options: WorkOptions): Promise<Moments> {
  const { dimension } = table
  const { count, mean } = await meanOf(table, { signal: options.signal })
  const covariance = new Float64Array(dimension * dimension)
  const centred = new Float64Array(dimension)
  await inSteps(table.size, STEP, options, (from, to) => {
    for (const row of rowsOf(table, from, to)) {
      for (let i = 0; i < dimension; i++) centred[i] = row[i]! - mean[i]!
      addSquare(covariance, centred)
    }
  })
  for (let i = 0; i < dimension; i++) {
    for (let j = i; j < dimension; j++) {
      const value = covariance[i * dimension + j]! / (count || 1)
      covariance[i * dimension + j] = value
      covariance[j * dimension + i] = value
    }
  }
  return { count, mean, covariance }
}

/** Adds x xᵀ, its upper half. */
function addSquare(covariance: Float64Array, x: Float64Array): void {
  const dimension = x.length
  for (let i = 0; i < dimension; i++) {
    const value = x[i]!
    const row = i * dimension
    for (let j = i; j < dimension; j++) covariance[row + j]! += value * x[j]!
  }
}

function* rowsOf(table: EmbeddingTable, from: number, to: number): Generator<Float32Array> {
  const { dimension } = table
  const rows = table.gather(Uint32Array.from({ length: to - from }, (_, offset) => from + offset))
  for (let at = 0; at < rows.length; at += dimension) {
    const row = rows.subarray(at, at + dimension)
    if (!isZero(row)) yield row
  }
}

export function isZero(row: Float32Array): boolean {
  for (let i = 0; i < row.length; i++) if (row[i] !== 0) return false
  return true
}
