/** The axes along which rows differ most: eigenvectors of their covariance (ml-matrix, after JAMA). */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import type { Moments } from './moments.ts'

export interface PrincipalAxis {
  /** d numbers, of length 1, the largest one positive. */
  axis: readonly number[]
  /** The variance along it, ≥ 0. */
  variance: number
}

/** d axes, the largest variance first. */
export function principalAxes({ covariance, mean }: Moments): PrincipalAxis[] {
  const matrix = Matrix.from1DArray(mean.length, mean.length, Array.from(covariance))
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix)
  const sorted = realEigenvalues.map((variance, column) => ({ variance, column }))
  sorted.sort((a, b) => b.variance - a.variance)
  return sorted.map(({ variance, column }) => {
    const axis = eigenvectorMatrix.getColumn(column)
    const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
    return { axis: largest < 0 ? axis.map((value) => -value) : axis, variance: Math.max(0, variance) }
  })
}
