/** Vectors of bags of rows: their weighted means. */
import { Pooling, UNIT } from '../../bindings/pooling.ts'
import { RowspaceError } from '../core/errors.ts'
import { checkId } from '../core/id-set.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { checkCount, describe, isVector } from '../core/values.ts'
import { checkTable } from '../table/check-table.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'

export interface PoolOptions {
  /** A weight for every row of the table: |V| numbers (`sifWeights`). 1 each unless given. */
  weights?: ArrayLike<number> | undefined
  /** What a sum is divided by: the sum of the absolute weights (unless given), or how many rows are in the bag. */
  divisor?: 'weights' | 'count' | undefined
  /** Scale each vector to length 1. False unless given. */
  normalize?: boolean | undefined
  /** Keep the first n coordinates alone, before a vector is scaled. All d unless given. */
  dimension?: number | undefined
  /** A vector to take away from each, before it is scaled: the mean of many, say. */
  centre?: ArrayLike<number> | undefined
}

export const POOL_OPTIONS: KeysOf<PoolOptions> = {
  weights: true,
  divisor: true,
  normalize: true,
  dimension: true,
  centre: true,
}

/**
 * The mean of the rows of each bag of ids, weighted: n · d float32 numbers, one vector a bag. A bag without rows gives zeros. Products and sums are
 * float32, in the order of the bag; the same bits everywhere.
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
  const given = readOptions(options, POOL_OPTIONS, 'the options of pool()')
  const { dimension: columns = table.dimension, normalize = false, divisor = 'weights', centre } = given
  checkCount(columns, 'dimension', 1)
  if (columns > table.dimension) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `dimension must be at most ${table.dimension}, the rows'; got ${columns}`,
    )
  }
  if (divisor !== 'weights' && divisor !== 'count') {
    throw new RowspaceError('INVALID_ARGUMENT', `divisor is 'weights' or 'count'; got ${describe(divisor)}`)
  }
  const weights = tableWeights(given.weights, table.size)
  if (centre !== undefined) checkCentre(centre, columns)
  const list = bagList(bags, table.size)
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
    // the core has no float32 for a length beyond 2^60 or below 2^-50
    else if (scaleHere && !Number.isFinite(vector[0]!)) scaleWide(table, ids, weights, vector)
  }
  return pooled
}

/** The ids of each bag, judged. */
function bagList(bags: Iterable<ArrayLike<number>>, size: number): Uint32Array[] {
  if (typeof bags !== 'object' || bags === null || !(Symbol.iterator in bags)) {
    throw new RowspaceError('INVALID_ARGUMENT', `a list of bags of ids was expected; got ${describe(bags)}`)
  }
  return Array.from(bags, (ids, bag) =>
    ids instanceof Uint32Array ? checkedIds(ids, size) : idsOf(ids, size, bag),
  )
}

function checkedIds(ids: Uint32Array, size: number): Uint32Array {
  for (let i = 0; i < ids.length; i++) if (ids[i]! >= size) checkId(ids[i]!, size)
  return ids
}

function idsOf(ids: ArrayLike<number>, size: number, bag: number): Uint32Array {
  if (!isVector(ids)) {
    throw new RowspaceError('INVALID_ARGUMENT', `a bag is a list of ids; bag ${bag} is ${describe(ids)}`, {
      bag,
    })
  }
  for (let i = 0; i < ids.length; i++) checkId(ids[i]!, size)
  return Uint32Array.from(ids)
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
  const odd = ids.find((id) => !Number.isFinite(weights[id]!))!
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `a weight must be a finite number; that of row ${odd} is ${weights[odd]}`,
    { id: odd },
  )
}

function checkLength(list: ArrayLike<number>, expected: number, what: string): void {
  if (isVector(list) && list.length === expected) return
  const got = isVector(list) ? `${list.length}` : describe(list)
  throw new RowspaceError('LENGTH_MISMATCH', `${what} needs ${expected} numbers; got ${got}`, { expected })
}

function checkCentre(centre: ArrayLike<number>, columns: number): void {
  checkLength(centre, columns, 'centre')
  const odd = Array.from(centre).findIndex((value) => !Number.isFinite(value))
  if (odd < 0) return
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `every number of centre must be finite; number ${odd} is ${describe(centre[odd])}`,
    { column: odd },
  )
}

/** In float64, rounded once. */
function subtract(vector: Float32Array, centre: ArrayLike<number>, normalize: boolean): void {
  let squares = 0
  for (let i = 0; i < vector.length; i++) squares += (vector[i]! - centre[i]!) ** 2
  const factor = normalize && squares > 0 ? 1 / Math.sqrt(squares) : 1
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i]! - centre[i]!) * factor
}

/** A unit vector summed in float64, for sums that float32 cannot hold. */
function scaleWide(
  table: EmbeddingTable,
  ids: Uint32Array,
  weights: Float32Array | undefined,
  vector: Float32Array,
): void {
  const sum = new Float64Array(vector.length)
  for (const id of ids) {
    const row = table.row(id)
    const weight = weights?.[id] ?? 1
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * row[i]!
  }
  const length = Math.sqrt(sum.reduce((squares, value) => squares + value * value, 0))
  for (let i = 0; i < sum.length; i++) vector[i] = length === 0 ? 0 : sum[i]! / length
}

/**
 * Weights by rank, for tables whose rows are sorted by frequency: a / (a + p), with Zipf's p ∝ 1 / (rank + 1). Common words count for little (Arora,
 * Liang & Ma, A Simple but Tough-to-Beat Baseline for Sentence Embeddings, 2017: smooth inverse frequency).
 */
export function sifWeights(size: number, a = 1e-4): Float32Array {
  checkCount(size, 'size', 0)
  if (!(typeof a === 'number' && a > 0)) {
    throw new RowspaceError('INVALID_ARGUMENT', `a must be a number above 0; got ${describe(a)}`)
  }
  let sum = 0
  for (let rank = 1; rank <= size; rank++) sum += 1 / (rank + 1)
  return Float32Array.from({ length: size }, (_, id) => a / (a + 1 / ((id + 2) * sum)))
}
