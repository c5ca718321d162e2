/** Transforms learned from the rows of a table. */

import { RowspaceError } from '../core/errors.ts'
import { WORK_OPTIONS, type WorkOptions } from '../core/in-steps.ts'
import { readOptions } from '../core/strict-options.ts'
import { checkCount, invalidArgument } from '../core/values.ts'
import { checkTable } from '../table/check-table.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { addSquare, meanOf, mirrored, momentsOf } from './moments.ts'
import { principalAxes } from './principal-axes.ts'
import { Transform } from './transform.ts'

/**
 * Subtracts the mean of all rows.
 *
 * @throws RowspaceError `INVALID_ARGUMENT`, `DISPOSED`; the signal's reason.
 * @example
 * const transform = await meanRemoval(table)
 * const centred = await transform.apply(table)
 * centred.nearest(transform.vector(query))
 */
export async function meanRemoval(table: EmbeddingTable, options: WorkOptions = {}): Promise<Transform> {
  checkTable(table)
  const mean = await meanOf(table, readOptions(options, WORK_OPTIONS, 'the options of meanRemoval()'))
  return new Transform(mean, undefined, table.dimension)
}

/**
 * All-but-the-top: subtracts the mean, and from each row its parts along the axes of the largest variances
 * (J. Mu & P. Viswanath, All-but-the-Top: Simple and Effective Postprocessing for Word Representations,
 * 2018).
 *
 * @param options `components`: how many axes, 0 to d − 1; default: d/100 rounded, as the paper advises
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
  // I − Σ a aᵀ
  const matrix = new Float64Array(dimension ** 2).map((_, place) => (place % (dimension + 1) === 0 ? 1 : 0))
  for (const { axis } of principalAxes(moments).slice(0, components))
    addSquare(matrix, Float64Array.from(axis), -1)
  return new Transform(moments.mean, mirrored(matrix, dimension), dimension)
}

/**
 * Principal components: subtracts the mean and keeps the coordinates along the axes of the largest variances.
 *
 * @param options `dimension`: how many components, 1 to d: the numbers per row afterwards
 */
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
  const axes = principalAxes(moments).slice(0, dimension)
  const matrix = axes.flatMap(({ axis }) => axis)
  return new Transform(moments.mean, Float64Array.from(matrix), dimension)
}

/**
 * Whitening: principal components divided by their standard deviations. All have variance 1, and no two are
 * correlated.
 *
 * @param options `dimension`: how many components, 1 to d; default: d. `epsilon`: the share of the largest
 * variance that is added to each, so that axes without variance do not blow up; default: 1e-6
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
    throw invalidArgument('epsilon must be a number ≥ 0', epsilon)
  }
  const moments = await momentsOf(table, given)
  const axes = principalAxes(moments)
  const added = epsilon * Math.max(...axes.map(({ variance }) => variance))
  const matrix = axes.slice(0, dimension).flatMap(({ axis, variance }) => {
    const scale = variance + added > 0 ? 1 / Math.sqrt(variance + added) : 0
    return axis.map((value) => value * scale)
  })
  return new Transform(moments.mean, Float64Array.from(matrix), dimension)
}

function checkComponents(value: number, name: string, max: number, min: number): void {
  checkCount(value, name, min)
  if (value <= max) return
  throw new RowspaceError('INVALID_ARGUMENT', `${name} must be at most ${max}; got ${value}.`, {
    [name]: value,
  })
}
