/** Checks of values that callers pass, and how errors show these values. */
import { RowspaceError } from './errors.ts'

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

/** The error for an argument that is not as `expected`, such as "k must be an integer ≥ 0" (no full stop). */
export function invalidArgument(
  expected: string,
  value: unknown,
  details?: Record<string, unknown>,
): RowspaceError {
  return new RowspaceError('INVALID_ARGUMENT', `${expected}; got ${describe(value)}.`, details)
}

/** `value` itself. Throws `INVALID_ARGUMENT` unless it is an integer ≥ `min`. */
export function checkCount(value: number | undefined, name: string, min: number): number {
  if (value !== undefined && Number.isSafeInteger(value) && value >= min) return value
  throw invalidArgument(`${name} must be an integer ≥ ${min}`, value, { [name]: value })
}

/** Throws `INVALID_ARGUMENT` where a list holds other values: '5', true and null would pass as numbers. */
export function checkNumbers(list: ArrayLike<unknown>, what: string): void {
  if (!Array.isArray(list)) return
  // not findIndex, which leaves the holes of a list out
  for (let column = 0; column < list.length; column++) {
    if (typeof list[column] === 'number') continue
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `${what} has ${describe(list[column])} at coordinate ${column}, which is not a number.`,
      { column },
    )
  }
}

/** The members of a list. Throws `INVALID_ARGUMENT`, for a string too: its letters would pass as members. */
export function readList<Member>(list: Iterable<Member>, what: string): Member[] {
  if (typeof list === 'object' && list !== null && Symbol.iterator in list) return [...list]
  throw invalidArgument(`a list of ${what} was expected`, list)
}

/** Throws `DIMENSION_MISMATCH` unless a vector has d numbers. */
export function checkLength(
  { length: actual }: ArrayLike<number>,
  expected: number,
  what: string,
  details?: { row: number },
): void {
  if (actual === expected) return
  const message = `${what} has ${actual} numbers; the table's rows have ${expected}.`
  throw new RowspaceError('DIMENSION_MISMATCH', message, { actual, expected, ...details })
}

/** Throws `LENGTH_MISMATCH` unless a list holds whole vectors of d numbers. */
export function checkWhole({ length }: ArrayLike<number>, dimension: number, what: string): void {
  const rest = length % dimension
  if (rest === 0) return
  const message = `${length} numbers are not whole ${what} of dimension ${dimension}: ${rest} are left over.`
  throw new RowspaceError('LENGTH_MISMATCH', message, { length, dimension })
}
