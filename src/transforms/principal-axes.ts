/**
 * The axes along which rows differ most: eigenvectors of their covariance (ml-matrix, after JAMA's tred2 and
 * tql2).
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import type { Moments } from './moments.ts'

export interface PrincipalAxes {
  /**
   * Row i is the axis of the i-th largest variance, of length 1, its largest coordinate positive; d · d
   * numbers.
   */
  axes: Float64Array
  /** The variances along them, largest first, none below 0. */
  variances: Float64Array
}

export function principalAxes({ covariance, mean }: Moments): PrincipalAxes {
  const dimension = mean.length
  const matrix = Matrix.from1DArray(dimension, dimension, Array.from(covariance))
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  })
  const order = Array.from({ length: dimension }, (_, i) => i).sort(
    (a, b) => realEigenvalues[b]! - realEigenvalues[a]!,
  )
  const axes = new Float64Array(dimension * dimension)
  for (const [place, column] of order.entries()) {
    const axis = eigenvectorMatrix.getColumn(column)
    const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
    axes.set(largest < 0 ? axis.map((value) => -value) : axis, place * dimension)
  }
  return { axes, variances: Float64Array.from(order, (column) => Math.max(0, realEigenvalues[column]!)) }
}
