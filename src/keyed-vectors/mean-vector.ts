/** The weighted mean of rows and vectors: the first step of every question that adds words. */

import { RowspaceError } from '../core/errors.ts'
import type { KeysOf } from '../core/strict-options.ts'
import { describe, isVector } from '../core/values.ts'
import { checkVector } from '../table/arguments.ts'
import type { EmbeddingTable, Query } from '../table/embedding-table.ts'
import { inputId, keyList, liveIdOfKey } from './keys.ts'
import { norm } from './norm.ts'

/** How a mean is taken. */
export interface MeanOptions {
  /** One weight per key; the sum is divided by the sum of their absolute values. Default: 1 each. */
  weights?: ArrayLike<number> | undefined
  /** Scale rows to length 1 first; vectors are never scaled. Default: true. */
  preNormalize?: boolean | undefined
  /** Scale the mean to length 1. Default: false. */
  postNormalize?: boolean | undefined
  /** Leave out unknown keys; false throws `UNKNOWN_TOKEN`. Default: true. */
  ignoreMissing?: boolean | undefined
}

export const MEAN_OPTIONS: KeysOf<MeanOptions> = {
  weights: true,
  preNormalize: true,
  postNormalize: true,
  ignoreMissing: true,
}

/**
 * The mean in float64, rounded once to float32: d numbers.
 *
 * @throws RowspaceError `EMPTY_QUERY` for no keys; `LENGTH_MISMATCH`, `INVALID_ARGUMENT` for weights;
 * `UNKNOWN_TOKEN` for a missing key, or where all are missing; `DIMENSION_MISMATCH`, `NON_FINITE` for a
 * vector.
 */
export function meanVector(
  table: EmbeddingTable,
  keys: Iterable<Query>,
  options: MeanOptions = {},
): Float32Array {
  const { preNormalize = true, postNormalize = false, ignoreMissing = true } = options
  const list = keyList(keys, 'keys')
  const weights = checkedWeights(options.weights, list.length)
  const sum = new Float64Array(table.dimension)
  let total = 0
  let missing = 0
  for (const [index, key] of list.entries()) {
    const weight = weights?.[index] ?? 1
    if (isVector(key)) {
      addTo(sum, checkedVector(key, table.dimension, index), weight)
    } else {
      const id = ignoreMissing ? liveIdOfKey(table, key) : inputId(table, key)
      if (id === undefined) {
        missing++
        continue
      }
      const row = table.row(id)
      addTo(sum, row, preNormalize ? weight / (norm(row) || 1) : weight)
    }
    total += Math.abs(weight)
  }
  if (missing === list.length) {
    throw new RowspaceError(
      'UNKNOWN_TOKEN',
      `none of the ${missing} keys is in the table: there is no mean`,
      {
        keys: list,
      },
    )
  }
  if (total > 0) scale(sum, 1 / total)
  if (postNormalize) scale(sum, 1 / (norm(sum) || 1))
  return Float32Array.from(sum)
}

function addTo(sum: Float64Array, vector: ArrayLike<number>, weight: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += weight * vector[i]!
}

function scale(vector: Float64Array, factor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i]! *= factor
}

function checkedVector(
  vector: Float32Array | readonly number[],
  dimension: number,
  index: number,
): ArrayLike<number> {
  checkVector(vector, dimension)
  const column = Array.from(vector).findIndex((value) => !Number.isFinite(value))
  if (column < 0) return vector
  throw new RowspaceError(
    'NON_FINITE',
    `vector ${index} has ${vector[column]} at coordinate ${column}; every number must be finite`,
    { index, column },
  )
}

function checkedWeights(
  weights: ArrayLike<number> | undefined,
  count: number,
): ArrayLike<number> | undefined {
  if (weights === undefined) return undefined
  if (!isVector(weights)) {
    throw new RowspaceError('INVALID_ARGUMENT', `weights must be a list of numbers; got ${describe(weights)}`)
  }
  if (weights.length !== count) {
    throw new RowspaceError(
      'LENGTH_MISMATCH',
      `there are ${weights.length} weights for ${count} keys; one per key is needed`,
      {
        weights: weights.length,
        keys: count,
      },
    )
  }
  const odd = Array.from(weights).findIndex((weight) => !Number.isFinite(weight))
  if (odd < 0) return weights
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `a weight must be a finite number; weight ${odd} is ${describe(weights[odd])}`,
    { index: odd },
  )
}
