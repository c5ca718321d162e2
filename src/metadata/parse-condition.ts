/**
 * The one parser of conditions. A filter decides who sees what, so it fails shut: whatever is not clearly a
 * condition is an error that names the column, and nothing is skipped. Each property is read once, so that
 * what was checked is what is compared.
 */

import { RowspaceError } from '../core/errors.ts'
import { describe, invalidArgument } from '../core/values.ts'
import { checkValue, unknownColumn } from './columns.ts'
import type { ColumnTest, KnownColumn, Operator, ParsedCondition } from './condition.ts'
import type { ColumnType } from './types.ts'

/** Lists in lists in lists …: nobody writes them deeper, and a list that contains itself must end. */
const MAX_DEPTH = 32

const OPERATORS: readonly string[] = ['eq', 'ne', 'in', 'nin', 'lt', 'lte', 'gt', 'gte'] satisfies Operator[]

/**
 * A condition, checked and copied.
 *
 * @throws RowspaceError `INVALID_ARGUMENT` for anything but objects of known columns with values or
 *   comparisons of the column's type, and lists of such objects
 */
export function parseCondition<Known extends KnownColumn>(
  columns: ReadonlyMap<string, Known>,
  condition: unknown,
  depth = 0,
): ParsedCondition<Known> {
  if (depth > MAX_DEPTH)
    throw invalid(`a condition has at most ${MAX_DEPTH} lists within each other; this one has more.`)
  if (Array.isArray(condition)) {
    const list = readList(condition, 'a list of conditions')
    return { any: list.map((one) => parseCondition(columns, one, depth + 1)) }
  }
  if (!isPlainObject(condition, 'a condition')) {
    const expected = 'a condition is an object of columns, such as { year: 2020 }, or a list of such objects'
    throw invalidArgument(expected, condition)
  }
  const all = readProperties(condition, 'a condition').map(([column, given]) => {
    const known = columns.get(column)
    if (known === undefined) throw unknownColumn(columns, column)
    return { column, known, tests: parseColumn(column, known.type, given) }
  })
  return { all }
}

function parseColumn(column: string, type: ColumnType, given: unknown): ColumnTest[] {
  if (given === null || typeof given !== 'object') return [parseTest(column, type, 'eq', given)]
  if (!isPlainObject(given, named(column), column))
    throw invalid(`${named(column)} is compared with ${insteadOf(given)}.`, column)
  const comparisons = readProperties(given, named(column), column)
  if (comparisons.length > 0)
    return comparisons.map(([operator, operand]) => parseTest(column, type, operator, operand))
  throw invalid(`${named(column)} is compared with an empty object: write a value, or ${COMPARISON}.`, column)
}

function parseTest(column: string, type: ColumnType, operator: string, operand: unknown): ColumnTest {
  if (!isOperator(operator)) {
    const remedy = `write one of ${OPERATORS.join(', ')}`
    throw invalid(`${named(column)} has no comparison ${describe(operator)}: ${remedy}.`, column)
  }
  if (operator === 'in' || operator === 'nin') {
    if (!Array.isArray(operand))
      throw invalidArgument(`${named(column)}: ${operator} takes an array of values`, operand, { column })
    const values = readList(operand, `${named(column)}: the array of ${operator}`, column)
    return {
      operator,
      operand: new Set(values.map((value) => notNull(column, operator, typed(column, type, value)))),
    }
  }
  const value = typed(column, type, operand)
  if (operator === 'eq' || operator === 'ne') return { operator, operand: value }
  return { operator, operand: notNull(column, operator, value) }
}

function typed(column: string, type: ColumnType, value: unknown) {
  if (value === undefined) {
    const remedy = 'write a value, null for entries without one, or leave the column out'
    throw invalid(`${named(column)} is compared with undefined: ${remedy}.`, column)
  }
  checkValue(column, type, value)
  return value
}

function notNull<Type>(column: string, operator: Operator, value: Type | null): Type {
  if (value !== null) return value
  throw invalid(`${named(column)}: only eq and ne take null; got null for ${operator}.`, column)
}

const COMPARISON = '{ eq, ne, in, nin, lt, lte, gt or gte: … }'

/** What is not a comparison, and what to write in its place. */
function insteadOf(given: object): string {
  if (Array.isArray(given)) return 'an array: to match any of its values write { in: […] }'
  const got = describe(given)
  if (given instanceof Set) return `${got}: to match any of its values write { in: [...set] }`
  if (given instanceof Date) return `${got}: write a value of the column's type, such as date.getTime()`
  if (given instanceof Promise) return `${got}: await it first`
  return `${got}: write a value, or ${COMPARISON}`
}

/** Throws for inherited keys, which some would read and others would not. */
export function rejectInherited(value: unknown, what: () => string, column?: string): void {
  const object = Object(value)
  for (const key in object) {
    if (Object.hasOwn(object, key)) continue
    throw invalid(`${what()} inherits ${describe(key)}: write it into the object itself.`, column ?? key)
  }
}

/**
 * Whether it is an object written with braces, made by JSON.parse or without a prototype, of this realm or
 * another. Throws for inherited keys.
 */
function isPlainObject(value: unknown, what: string, column?: string): value is object {
  rejectInherited(value, () => what, column)
  if (Object.prototype.toString.call(value) !== '[object Object]') return false
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === null) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

/** Every key with its value, read once. Symbols are errors, and hidden keys count. */
function readProperties(given: object, what: string, column?: string): [string, unknown][] {
  return Reflect.ownKeys(given).map((key) => {
    if (typeof key === 'string') return [key, readProperty(given, key, column ?? key)]
    throw invalid(`${what} has the key ${String(key)}: write the name as a string.`, column)
  })
}

/** The elements of a list, holes as undefined. Other keys would be lost. */
function readList(list: readonly unknown[], what: string, column?: string): unknown[] {
  for (const key in list) {
    if (/^\d+$/.test(key)) continue
    throw invalid(
      `${what} has the key ${describe(key)} beside its elements: write it into an object.`,
      column,
    )
  }
  return Array.from({ length: list.length }, (_, index) => readProperty(list, index, column))
}

function readProperty(given: object, key: string | number, column: string | undefined): unknown {
  try {
    return Reflect.get(given, key)
  } catch (cause) {
    const place = column === undefined ? `element ${key}` : named(column)
    throw invalid(
      `${place} of a condition cannot be read: ${String(cause)}. Write its value instead of a getter.`,
      column,
      cause,
    )
  }
}

function isOperator(text: string): text is Operator {
  return OPERATORS.includes(text)
}

function named(column: string): string {
  return `column ${describe(column)}`
}

function invalid(message: string, column?: string, cause?: unknown): RowspaceError {
  return new RowspaceError('INVALID_ARGUMENT', message, {
    ...(column !== undefined && { column }),
    cause,
  })
}
