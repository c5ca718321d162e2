/** What a caller hands over, judged at the door: each refusal names the value. */
import { RowspaceError } from './errors.ts'
import type { Metric, Query, Row, SearchOptions } from './options.ts'

export function isRow(query: Query): query is Row {
  return typeof query === 'number' || typeof query === 'string'
}

export function isVector(value: unknown): value is ArrayLike<number> {
  if (value instanceof Float32Array || Array.isArray(value)) return true
  return ArrayBuffer.isView(value) && !(value instanceof DataView) && !/^Big/.test(value.constructor.name)
}

/** Letters of a value that an error message shows. */
const MAX_SHOWN = 60

/** A value as error messages show it: strings in quotes, objects by the name of their class, long ones shortened. Never throws. */
export function describe(value: unknown): string {
  if (typeof value === 'string') {
    const shown = JSON.stringify(value.slice(0, MAX_SHOWN))
    return value.length > MAX_SHOWN ? `${shown}… (${value.length} letters)` : shown
  }
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? `${value}n` : 'a large bigint'
  if (typeof value !== 'object' || value === null) return String(value).slice(0, MAX_SHOWN)
  try {
    const name: unknown = value.constructor.name
    if (typeof name === 'string' && name !== '') return name.slice(0, MAX_SHOWN)
  } catch {}
  return 'an object'
}

export function checkCount(value: number, name: string, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `${name} must be an integer ≥ ${least}; got ${describe(value)}`,
    {
      [name]: value,
    },
  )
}

export function readSearchOptions({ k = 10, metric = 'cosine', least }: SearchOptions): {
  k: number
  metric: Metric
  least: number | undefined
} {
  if (!Number.isSafeInteger(k) || k < 0) {
    throw new RowspaceError('INVALID_K', `k must be an integer ≥ 0; got ${describe(k)}`, { k })
  }
  if (metric !== 'cosine' && metric !== 'dot') {
    throw new RowspaceError('INVALID_ARGUMENT', `metric must be 'cosine' or 'dot'; got ${describe(metric)}`)
  }
  if (least !== undefined && !(least <= Infinity)) {
    throw new RowspaceError('INVALID_ARGUMENT', `least must be a number; got ${describe(least)}`)
  }
  return { k, metric, least }
}

export function zeroQuery(what: string): RowspaceError {
  return new RowspaceError(
    'ZERO_QUERY',
    `${what}: its cosine with anything is undefined; ask with metric 'dot', or another query`,
  )
}

/** Judges a vector by the inverse norm the core found: +Infinity says not finite, 0 says zeros. */
export function checkQuery(vector: ArrayLike<number>, inverseNorm: number, metric: Metric): void {
  if (inverseNorm === Number.POSITIVE_INFINITY) {
    const column = Array.from(vector).findIndex((value) => !Number.isFinite(Math.fround(value)))
    throw new RowspaceError(
      'NON_FINITE',
      `the query has ${vector[column]} at coordinate ${column}; every number must be finite as float32`,
      { column },
    )
  }
  if (inverseNorm === 0 && metric === 'cosine') throw zeroQuery('the query is all zeros')
}

/** Throws unless `vector` is d numbers. */
export function checkVector(vector: Float32Array | readonly number[], dimension: number): void {
  if (!isVector(vector)) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `a query is an id, a token or a vector; got ${describe(vector)}`,
    )
  }
  const odd = Array.isArray(vector) ? [...vector].findIndex((value) => typeof value !== 'number') : -1
  if (odd >= 0) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `the query has ${describe(vector[odd])} at coordinate ${odd}, which is no number`,
      { column: odd },
    )
  }
  if (vector.length === dimension) return
  if (vector.length === 0)
    throw new RowspaceError('EMPTY_QUERY', `the query has no numbers; it needs ${dimension}`)
  throw new RowspaceError(
    'DIMENSION_MISMATCH',
    `the query has ${vector.length} numbers; the table's rows have ${dimension}`,
    { actual: vector.length, expected: dimension },
  )
}

/** The queries of a batch: a list of them, or one Float32Array of n · d numbers. */
export function queryList(queries: Iterable<Query>, dimension: number): Query[] {
  if (queries instanceof Float32Array) {
    if (queries.length % dimension !== 0) {
      throw new RowspaceError(
        'LENGTH_MISMATCH',
        `${queries.length} numbers are not whole queries of ${dimension}: ${queries.length % dimension} are left over`,
        { length: queries.length, dimension },
      )
    }
    return Array.from({ length: queries.length / dimension }, (_, index) =>
      queries.subarray(index * dimension, (index + 1) * dimension),
    )
  }
  if (typeof queries === 'object' && queries !== null && Symbol.iterator in queries) return [...queries]
  throw new RowspaceError('INVALID_ARGUMENT', `a list of queries was expected; got ${describe(queries)}`)
}
