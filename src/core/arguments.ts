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

/**
 * A value as error messages show it: strings in quotes, objects by the name of their class, long ones
 * shortened. Never throws.
 */
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

/** `value` itself. Throws `INVALID_ARGUMENT` unless it is an integer of at least `least`. */
export function checkCount(value: number | undefined, name: string, least: number): number {
  if (value !== undefined && Number.isSafeInteger(value) && value >= least) return value
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
  if (least !== undefined && (typeof least !== 'number' || Number.isNaN(least))) {
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

/**
 * `vector` itself where it is a typed array of d numbers, or a copy of a list of them. Throws for anything
 * else.
 */
export function checkVector<Vector extends Float32Array | readonly number[]>(
  vector: Vector,
  dimension: number,
): Vector | number[] {
  if (!isVector(vector)) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `a query is an id, a token or a vector; got ${describe(vector)}`,
    )
  }
  // a list may have getters: what is checked here is what is used
  const numbers = Array.isArray(vector) ? [...vector] : vector
  checkNumbers(numbers, 'the query')
  if (numbers.length === dimension) return numbers
  if (numbers.length === 0)
    throw new RowspaceError('EMPTY_QUERY', `the query has no numbers; it needs ${dimension}`)
  throw new RowspaceError(
    'DIMENSION_MISMATCH',
    `the query has ${numbers.length} numbers; the table's rows have ${dimension}`,
    { actual: numbers.length, expected: dimension },
  )
}

/**
 * Throws `INVALID_ARGUMENT` where a list has something else than numbers: '5', true and null would be taken
 * for some.
 */
export function checkNumbers(list: ArrayLike<unknown>, what: string): void {
  if (!Array.isArray(list)) return
  // not findIndex, which leaves the holes of a list out
  for (let column = 0; column < list.length; column++) {
    if (typeof list[column] === 'number') continue
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `${what} has ${describe(list[column])} at coordinate ${column}, which is not a number`,
      { column },
    )
  }
}

/** The queries of a batch: a list of them, ids as one Uint32Array, or n · d numbers as one Float32Array. */
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
  if (!ArrayBuffer.isView(queries) || queries instanceof Uint32Array) return readList(queries, 'queries')
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `a list of queries, n · d numbers in a Float32Array or ids in a Uint32Array was expected; got ${describe(queries)}`,
  )
}

/**
 * The members of a list. A string is no list: its letters would be taken for members. Throws
 * `INVALID_ARGUMENT`.
 */
export function readList<Member>(list: Iterable<Member>, what: string): Member[] {
  if (typeof list === 'object' && list !== null && Symbol.iterator in list) return [...list]
  throw new RowspaceError('INVALID_ARGUMENT', `a list of ${what} was expected; got ${describe(list)}`)
}
