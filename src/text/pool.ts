/** Vectors of bags of rows: their weighted means. */
import { Pooling, UNIT } from '../../bindings/pooling.ts'
import { RowspaceError } from '../core/errors.ts'
import { checkFinite } from '../core/finite.ts'
import { checkId } from '../core/id-set.ts'
import { type KeysOf, oneOf, readChecked } from '../core/strict-options.ts'
import { checkCount, describe, invalidArgument, isVector, readList } from '../core/values.ts'
import { checkTable } from '../table/check-table.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'

/** How rows are averaged. */
export interface PoolOptions {
  /** A weight for every row of the table: |V| numbers (`sifWeights`). Default: 1 each. */
  weights?: ArrayLike<number> | undefined
  /**
   * Divide a sum by the sum of the absolute weights, or by the number of rows in the bag. Default: 'weights'.
   */
  divisor?: 'weights' | 'count' | undefined
  /** Scale each vector to length 1. Default: false. */
  normalize?: boolean | undefined
  /** Keep only the first n coordinates, before a vector is scaled. Default: d. */
  dimension?: number | undefined
  /** A vector to subtract from each before it is scaled, such as the mean of many. Default: none. */
  centre?: ArrayLike<number> | undefined
}

export const POOL_OPTIONS: KeysOf<PoolOptions> = {
  weights: true,
  divisor: oneOf('weights', 'count'),
  normalize: true,
  dimension: true,
  centre: true,
}

/**
 * The weighted mean of the rows of each bag of ids: n · d float32 numbers, one vector per bag. An empty bag
 * gives zeros. Products and sums are float32, in the order of the bag; the same bits everywhere.
 *
 * @throws RowspaceError `ID_OUT_OF_RANGE`, `LENGTH_MISMATCH` or `INVALID_ARGUMENT` for weights, `DISPOSED`.
 * @example
 * pool(table, [[3, 17, 17], [204]]) // 2 · d numbers
 */
export function pool(
  table: EmbeddingTable,
  bags: Iterable<ArrayLike<number>>,
  options: PoolOptions = {},
): Float32Array {
  checkTable(table)
  const memory = table.open()
  const given = readChecked(options, POOL_OPTIONS, 'the options of pool()')
  const { dimension: columns = table.dimension, normalize = false, divisor = 'weights', centre } = given
  checkDimension(columns, table.dimension)
  const weights = tableWeights(given.weights, table.size)
  if (centre !== undefined) {
    checkLength(centre, columns, 'centre')
    checkFinite(centre, 'number of centre')
  }
  const list = readList(bags, 'bags of ids').map((ids, bag) => checkedIds(ids, table.size, bag))
  const pooled = new Float32Array(list.length * columns)
  const pooling = new Pooling(memory, columns, pooled)
  const scaleHere = normalize && centre === undefined
  for (const ids of list) {
    const total = weights === undefined ? ids.length : totalOf(ids, weights)
    const sum = divisor === 'count' ? ids.length : total
    pooling.add(ids, weights, scaleHere ? UNIT : sum === 0 ? 1 : 1 / sum)
  }
  pooling.flush()
  if (!normalize && centre === undefined) return pooled
  for (const [index, ids] of list.entries()) {
    const vector = pooled.subarray(index * columns, (index + 1) * columns)
    if (centre !== undefined && ids.length > 0) subtract(vector, centre, normalize)
    // float32 squares of the core overflow beyond a length of 2^60, and vanish below 2^-50
    else if (scaleHere && !Number.isFinite(vector[0])) scaleWide(table, ids, weights, vector)
  }
  return pooled
}

/** Throws `INVALID_ARGUMENT` unless vectors can have so many numbers. */
export function checkDimension(columns: number, dimension: number): void {
  checkCount(columns, 'dimension', 1)
  if (columns <= dimension) return
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `dimension must be at most ${dimension}, that of the rows; got ${columns}.`,
  )
}

function checkedIds(ids: ArrayLike<number>, size: number, bag: number): Uint32Array {
  if (ids instanceof Uint32Array) return checkedRows(ids, size)
  if (!isVector(ids)) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `a bag must be a list of ids; bag ${bag} is ${describe(ids)}.`,
      { bag },
    )
  }
  for (let i = 0; i < ids.length; i++) checkId(ids[i]!, size)
  return Uint32Array.from(ids)
}

function checkedRows(ids: Uint32Array, size: number): Uint32Array {
  for (let i = 0; i < ids.length; i++) if (ids[i]! >= size) checkId(ids[i]!, size)
  return ids
}

/** |V| weights as float32. */
function tableWeights(weights: ArrayLike<number> | undefined, size: number): Float32Array | undefined {
  if (weights === undefined) return undefined
  checkLength(weights, size, 'weights')
  return weights instanceof Float32Array ? weights : Float32Array.from(weights)
}

/** Σ |weight| of a bag. Throws `INVALID_ARGUMENT` where one is not finite. */
function totalOf(ids: Uint32Array, weights: Float32Array): number {
  let total = 0
  for (let i = 0; i < ids.length; i++) total += Math.abs(weights[ids[i]!]!)
  if (Number.isFinite(total)) return total
  const pairs = Array.from(ids, (id) => ({ id, weight: weights[id] }))
  const odd = pairs.find(({ weight }) => !Number.isFinite(weight))
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `every weight must be a finite number; that of row ${odd?.id} is ${odd?.weight}.`,
    { id: odd?.id },
  )
}

function checkLength(list: ArrayLike<number>, expected: number, what: string): void {
  if (isVector(list) && list.length === expected) return
  const got = isVector(list) ? `${list.length}` : describe(list)
  throw new RowspaceError('LENGTH_MISMATCH', `${what} needs ${expected} numbers; got ${got}.`, { expected })
}

/** In float64, rounded once. */
function subtract(vector: Float32Array, centre: ArrayLike<number>, normalize: boolean): void {
  let squares = 0
  for (let i = 0; i < vector.length; i++) squares += (vector[i]! - centre[i]!) ** 2
  const factor = normalize && squares > 0 ? 1 / Math.sqrt(squares) : 1
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i]! - centre[i]!) * factor
}

/** A vector of length 1 summed in float64, for sums that float32 cannot hold. */
function scaleWide(
  table: EmbeddingTable,
  ids: Uint32Array,
  weights: Float32Array | undefined,
  vector: Float32Array,
): void {
  const sum = new Float64Array(vector.length)
  for (const id of ids) {
    const weight = weights?.[id] ?? 1
    for (const [i, value] of table.row(id).subarray(0, sum.length).entries()) {
      sum[i] = (sum[i] ?? 0) + weight * value
    }
  }
  const length = Math.sqrt(sum.reduce((squares, value) => squares + value * value, 0))
  vector.set(sum.map((value) => (length === 0 ? 0 : value / length)))
}

/**
 * |V| weights by rank, for tables whose rows are sorted by frequency: a / (a + p), with Zipf's p ∝ 1 / (rank
 * + 1). Common words weigh little (Arora, Liang & Ma, A Simple but Tough-to-Beat Baseline for Sentence
 * Embeddings, 2017: smooth inverse frequency).
 *
 * @param size the number of rows, |V|
 * @param a the smoothing constant; default: 0.0001
 * @throws RowspaceError `INVALID_ARGUMENT`.
 */
export function sifWeights(size: number, a = 1e-4): Float32Array {
  checkCount(size, 'size', 0)
  if (!(typeof a === 'number' && a > 0)) {
    throw invalidArgument('a must be a number above 0', a)
  }
  let sum = 0
  for (let rank = 1; rank <= size; rank++) sum += 1 / (rank + 1)
  return Float32Array.from({ length: size }, (_, id) => a / (a + 1 / ((id + 2) * sum)))
}
