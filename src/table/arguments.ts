/** The arguments of a question, checked where they arrive: each error names the value. */
import { RowspaceError } from '../core/errors.ts'
import type { Metric, Query, RowKey, SearchOptions } from '../core/options.ts'
import {
  checkLength,
  checkNumbers,
  checkWhole,
  describe,
  invalidArgument,
  isVector,
  readList,
} from '../core/values.ts'

export function isRow(query: Query): query is RowKey {
  return typeof query === 'number' || typeof query === 'string'
}

export function readSearchOptions({ k = 10, metric = 'cosine', minScore }: SearchOptions): {
  k: number
  metric: Metric
  minScore: number | undefined
} {
  if (!Number.isSafeInteger(k) || k < 0) {
    throw new RowspaceError('INVALID_K', `k must be an integer ≥ 0; got ${describe(k)}.`, { k })
  }
  if (metric !== 'cosine' && metric !== 'dot')
    throw invalidArgument("metric must be 'cosine' or 'dot'", metric)
  if (minScore !== undefined && (typeof minScore !== 'number' || Number.isNaN(minScore))) {
    throw invalidArgument('minScore must be a number', minScore)
  }
  return { k, metric, minScore }
}

export function zeroQuery(what: string): RowspaceError {
  return new RowspaceError(
    'ZERO_QUERY',
    `${what}: its cosine with anything is undefined. Use metric 'dot', or another query.`,
  )
}

/** Judges a vector by the inverse norm the core found: +Infinity says not finite, 0 says zeros. */
export function checkQuery(vector: ArrayLike<number>, inverseNorm: number, metric: Metric): void {
  if (inverseNorm === Number.POSITIVE_INFINITY) {
    const column = Array.from(vector).findIndex((value) => !Number.isFinite(Math.fround(value)))
    throw new RowspaceError(
      'NON_FINITE',
      `the query has ${vector[column]} at coordinate ${column}; every number must be finite as float32.`,
      { column },
    )
  }
  if (inverseNorm === 0 && metric === 'cosine') throw zeroQuery('the query is all zeros')
}

/** `vector` itself where it is a typed array of d numbers, or a copy of a list. Throws for anything else. */
export function checkVector<Vector extends Float32Array | readonly number[]>(
  vector: Vector,
  dimension: number,
): Vector | number[] {
  if (!isVector(vector)) throw invalidArgument('a query must be an id, a token or a vector', vector)
  // a list may have getters: what is checked here is what is used
  const numbers = Array.isArray(vector) ? [...vector] : vector
  checkNumbers(numbers, 'the query')
  if (numbers.length === 0) {
    throw new RowspaceError('EMPTY_QUERY', `the query has no numbers; it needs ${dimension}.`)
  }
  checkLength(numbers, dimension, 'the query')
  return numbers
}

/** The queries of a batch: a list of them, ids as one Uint32Array, or n · d numbers as one Float32Array. */
export function queryList(queries: Iterable<Query>, dimension: number): Query[] {
  if (queries instanceof Float32Array) {
    checkWhole(queries, dimension, 'queries')
    const list: Float32Array[] = []
    for (let at = 0; at < queries.length; at += dimension) list.push(queries.subarray(at, at + dimension))
    return list
  }
  if (!ArrayBuffer.isView(queries) || queries instanceof Uint32Array) return readList(queries, 'queries')
  throw invalidArgument(
    'queries must be a list, a Float32Array of n · d numbers or a Uint32Array of ids',
    queries,
  )
}
