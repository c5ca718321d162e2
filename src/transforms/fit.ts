/** Transforms learned from the rows of a table. */

import { RowspaceError } from '../core/errors.ts'
import { WORK_OPTIONS, type WorkOptions } from '../core/in-steps.ts'
import { readOptions } from '../core/strict-options.ts'
import { checkCount, describe } from '../core/values.ts'
import { checkTable } from '../table/check-table.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { meanOf, momentsOf } from './moments.ts'
import { principalAxes } from './principal-axes.ts'
import { Transform } from './transform.ts'

/** Takes the mean of all rows away. */
export async function meanRemoval(table: EmbeddingTable, options: WorkOptions = {}): Promise<Transform> {
  checkTable(table)
  const { mean } = await meanOf(table, readOptions(options, WORK_OPTIONS, 'the options of meanRemoval()'))
  return new Transform(mean, undefined, table.dimension)
}

/**
 * All-but-the-top: takes the mean away, and of each row what lies along the axes of the largest variances (J. Mu & P. Viswanath,
 * All-but-the-Top: Simple and Effective Postprocessing for Word Representations, 2018).
 *
 * @param options `components`: how many axes; d/100 rounded unless given, as the paper advises
 */
export async function allButTheTop(
  table: EmbeddingTable,
  options: WorkOptions & { components?: number | undefined } = {},
): Promise<Transform> {
  checkTable(table)
  const { dimension } = table
  const given = readOptions(options, { ...WORK_OPTIONS, components: true }, 'the options of allButTheTop()')
  const { components = Math.round(dimension / 100) } = given
  checkComponents(components, 'components', dimension - 1, 0)
  const moments = await momentsOf(table, given)
  const { axes } = principalAxes(moments)
  // I − Σ a aᵀ
  const matrix = new Float64Array(dimension * dimension)
  for (let i = 0; i < dimension; i++) {
    for (let j = 0; j < dimension; j++) {
      let value = i === j ? 1 : 0
      for (let axis = 0; axis < components; axis++) {
        value -= axes[axis * dimension + i]! * axes[axis * dimension + j]!
      }
      matrix[i * dimension + j] = value
    }
  }
  return new Transform(moments.mean, matrix, dimension)
}

/** Principal components: takes the mean away and keeps what lies along the axes of the largest variances, `dimension` numbers a row. */
export async function principalComponents(
  table: EmbeddingTable,
  options: WorkOptions & { dimension: number },
): Promise<Transform> {
  checkTable(table)
  const keys = { ...WORK_OPTIONS, dimension: true } as const
  const given = readOptions(options, keys, 'the options of principalComponents()')
  const { dimension } = given
  checkComponents(dimension, 'dimension', table.dimension, 1)
  const moments = await momentsOf(table, given)
  const { axes } = principalAxes(moments)
  return new Transform(moments.mean, axes.slice(0, dimension * table.dimension), dimension)
}

/**
 * Whitening: principal components divided by their standard deviations, so that all have variance 1 and none goes with another.
 *
 * @param options `dimension`: how many components, all unless given; `epsilon`: a share of the largest variance that is added to each,
 * 1e-6 unless given, so that axes without variance are not blown up
 */
export async function whitening(
  table: EmbeddingTable,
  options: WorkOptions & { dimension?: number | undefined; epsilon?: number | undefined } = {},
): Promise<Transform> {
  checkTable(table)
  const keys = { ...WORK_OPTIONS, dimension: true, epsilon: true } as const
  const given = readOptions(options, keys, 'the options of whitening()')
  const { dimension = table.dimension, epsilon = 1e-6 } = given
  checkComponents(dimension, 'dimension', table.dimension, 1)
  if (!(Number.isFinite(epsilon) && epsilon >= 0)) {
    throw new RowspaceError('INVALID_ARGUMENT', `epsilon must be a number ≥ 0; got ${describe(epsilon)}`)
  }
  const moments = await momentsOf(table, given)
  const { axes, variances } = principalAxes(moments)
  const matrix = axes.slice(0, dimension * table.dimension)
  for (let axis = 0; axis < dimension; axis++) {
    const variance = variances[axis]! + epsilon * variances[0]!
    const scale = variance > 0 ? 1 / Math.sqrt(variance) : 0
    for (let i = axis * table.dimension; i < (axis + 1) * table.dimension; i++) matrix[i]! *= scale
  }
  return new Transform(moments.mean, matrix, dimension)
}

function checkComponents(value: number, name: string, most: number, minScore: number): void {
  checkCount(value, name, minScore)
  if (value <= most) return
  throw new RowspaceError('INVALID_ARGUMENT', `${name} must be at most ${most}; got ${value}`, {
    [name]: value,
  })
}
