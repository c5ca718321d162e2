/**
 * Conditions on metadata: { year: { atLeast: 2020 }, language: { in: ['de', 'en'] } }. The columns of an object must all
 * pass; of a list of objects, any one of them.
 */
import { describe } from '../arguments.ts'
import { RowspaceError } from '../errors.ts'
import { IdSet } from '../id-set.ts'
import { type Column, checkValue } from './columns.ts'
import type { ColumnTypes, Value, ValueOf } from './options.ts'

/** Every comparison given must hold. A missing value passes `is: null` and no other. Strings are compared by code units. */
export interface Comparison<Type> {
  is?: Type | null
  /** `not: null` is any value that is not missing. */
  not?: Type | null
  in?: readonly Type[]
  notIn?: readonly Type[]
  below?: Type
  atMost?: Type
  above?: Type
  atLeast?: Type
}

/** A value alone stands for { is: value }. */
export type Condition<Columns extends ColumnTypes> =
  | {
      readonly [Name in keyof Columns]?: ValueOf<Columns[Name]> | null | Comparison<ValueOf<Columns[Name]>>
    }
  | readonly Condition<Columns>[]

type Operator = keyof Comparison<Value>

const TESTS: Record<Operator, (value: Value, operand: never) => boolean> = {
  is: (value, operand: Value | null) => value === operand,
  not: (value, operand: Value | null) => value !== operand,
  in: (value, operand: readonly Value[]) => operand.includes(value),
  notIn: (value, operand: readonly Value[]) => !operand.includes(value),
  below: (value, operand: Value) => value < operand,
  atMost: (value, operand: Value) => value <= operand,
  above: (value, operand: Value) => value > operand,
  atLeast: (value, operand: Value) => value >= operand,
}

/** A condition that has been judged: which of the first `size` places pass. */
export type Selection = (size: number) => IdSet

/** Judges a condition. Throws `INVALID_ARGUMENT` for a column there is none of, an unknown comparison or a value of another type. */
export function compileCondition(columns: ReadonlyMap<string, Column>, condition: unknown): Selection {
  if (Array.isArray(condition)) {
    const any = condition.map((one) => compileCondition(columns, one))
    return (size) => any.reduce((found, one) => combine(found, one(size), (a, b) => a | b), new IdSet(size))
  }
  if (typeof condition !== 'object' || condition === null) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `a condition is an object of columns, or a list of such objects; got ${describe(condition)}`,
    )
  }
  const all = Object.entries(condition)
    .filter(([, given]) => given !== undefined)
    .map(([name, given]) => compileColumn(columns, name, given))
  return (size) => {
    const found = IdSet.where(size, () => true)
    return all.reduce((set, one) => combine(set, one(size), (a, b) => a & b), found)
  }
}

function combine(target: IdSet, other: IdSet, operation: (a: number, b: number) => number): IdSet {
  for (let word = 0; word < target.words.length; word++) {
    target.words[word] = operation(target.words[word]!, other.words[word]!)
  }
  return target
}

function compileColumn(columns: ReadonlyMap<string, Column>, name: string, given: unknown): Selection {
  const column = columns.get(name)
  if (column === undefined) {
    const names = [...columns.keys()].map((known) => JSON.stringify(known)).join(', ')
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `there is no column ${JSON.stringify(name)}; ${names === '' ? 'the collection has none' : `there are ${names}`}`,
      { column: name },
    )
  }
  const comparisons = readComparisons(name, column, given)
  const test = (value: Value | null) =>
    comparisons.every(({ operator, operand }) =>
      value === null ? operator === 'is' && operand === null : TESTS[operator](value, operand as never),
    )
  return (size) => {
    const found = new IdSet(size)
    column.select(found, test)
    return found
  }
}

function readComparisons(name: string, column: Column, given: unknown) {
  const comparison = typeof given === 'object' && given !== null ? given : { is: given }
  return Object.entries(comparison).map(([operator, operand]) => {
    if (!Object.hasOwn(TESTS, operator)) {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        `column ${JSON.stringify(name)} is compared by ${Object.keys(TESTS).join(', ')}; got ${JSON.stringify(operator)}`,
        { column: name },
      )
    }
    const isList = operator === 'in' || operator === 'notIn'
    if (isList && !Array.isArray(operand)) {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        `column ${JSON.stringify(name)}: ${operator} takes a list; got ${describe(operand)}`,
        { column: name },
      )
    }
    for (const value of isList ? operand : [operand]) {
      checkValue(name, column.type, value)
      if (value !== null || operator === 'is' || operator === 'not') continue
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        `column ${JSON.stringify(name)}: null is compared by is and not alone; got ${operator}`,
        { column: name },
      )
    }
    return { operator: operator as Operator, operand: operand as unknown }
  })
}
