/** The weighted mean of rows and vectors: the first step of every question that adds words. */

import { RowspaceError } from '../core/errors.ts'
import { findNonFinite } from '../core/finite.ts'
import type { KeysOf } from '../core/strict-options.ts'
import { isVector } from '../core/values.ts'
import { checkVector } from '../table/arguments.ts'
import type { EmbeddingTable, Query } from '../table/embedding-table.ts'
import { checkOnePer, inputId, liveIdOfKey, readKeys } from './keys.ts'
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
  { weights, preNormalize = true, postNormalize = false, ignoreMissing = true }: MeanOptions = {},
): Float32Array {
  const list = readKeys(keys, 'keys')
  if (weights !== undefined) checkOnePer(weights, 'weight', list.length, 'key')
  const terms: MeanTerm[] = []
  for (const [index, key] of list.entries()) {
    const weight = weights?.[index] ?? 1
    if (isVector(key)) {
      terms.push({ vector: finiteVector(key, table.dimension, index), weight })
    } else {
      const id = ignoreMissing ? liveIdOfKey(table, key) : inputId(table, key)
      if (id === undefined) continue
      const vector = table.row(id)
      terms.push({ vector, weight, length: preNormalize ? norm(vector) : 1 })
    }
  }
  if (terms.length === 0) {
    throw new RowspaceError(
      'UNKNOWN_TOKEN',
      `none of the ${list.length} keys is in the table: there is no mean.`,
      { keys: list },
    )
  }
  return meanOf(table.dimension, terms, postNormalize)
}

/** A row or vector of a mean. */
export interface MeanTerm {
  readonly vector: ArrayLike<number>
  readonly weight: number
  /** What it is divided by first. Default: 1. */
  readonly length?: number
}

/** The mean of at least one term. */
export function meanOf(
  dimension: number,
  terms: readonly MeanTerm[],
  postNormalize: boolean,
): Float32Array<ArrayBuffer> {
  const sum = new Float64Array(dimension)
  for (const { vector, weight, length = 1 } of terms) addTo(sum, vector, weight / (length || 1))
  scale(sum, 1 / (terms.reduce((total, { weight }) => total + Math.abs(weight), 0) || 1))
  if (postNormalize) scale(sum, 1 / (norm(sum) || 1))
  return new Float32Array(sum)
}

function addTo(sum: Float64Array, vector: ArrayLike<number>, weight: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += weight * vector[i]!
}

function scale(vector: Float64Array, factor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i]! *= factor
}

function finiteVector(
  vector: Float32Array | readonly number[],
  dimension: number,
  index: number,
): ArrayLike<number> {
  const numbers = checkVector(vector, dimension)
  const column = findNonFinite(numbers)
  if (column < 0) return numbers
  throw new RowspaceError(
    'NON_FINITE',
    `vector ${index} has ${numbers[column]} at coordinate ${column}; every number must be finite.`,
    { index, column },
  )
}
