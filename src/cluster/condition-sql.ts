/**
 * Conditions on metadata (src/collection/condition.ts) as SQL, with the same meaning: a missing value passes `is: null` and no other.
 * Strings compare by code points there, by code units in a Collection: they differ above U+FFFF alone.
 */

import { makeColumns } from '../collection/columns.ts'
import { compileCondition } from '../collection/condition.ts'
import type { ColumnTypes } from '../collection/options.ts'
import { metadataColumn } from './schema.ts'
import { quoteName, quoteNumber, quoteText } from './sql.ts'

/** The condition as an expression of 0 and 1. Throws `INVALID_ARGUMENT` as a Collection does. */
export function conditionSql(columns: ColumnTypes, condition: unknown): string {
  // refuses what is no condition on these columns
  compileCondition(makeColumns(columns), condition)
  return anyOf(condition as Given)
}

type Scalar = string | number | boolean | null
type Given =
  | readonly Given[]
  | Readonly<Record<string, Scalar | Readonly<Record<string, Scalar | readonly Scalar[]>> | undefined>>

function anyOf(given: Given): string {
  if (Array.isArray(given)) return joined((given as readonly Given[]).map(anyOf), 'OR', '0')
  const columns = Object.entries(given as Exclude<Given, readonly Given[]>)
  const all = columns
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]) => columnTests(name, value!))
  return joined(all, 'AND', '1')
}

function joined(parts: readonly string[], operator: string, none: string): string {
  return parts.length === 0 ? none : `(${parts.join(` ${operator} `)})`
}

function columnTests(
  name: string,
  given: Scalar | Readonly<Record<string, Scalar | readonly Scalar[]>>,
): string[] {
  const column = quoteName(metadataColumn(name))
  const comparisons =
    typeof given === 'object' && given !== null ? Object.entries(given) : [['is', given] as const]
  // null is neither true nor false in SQL: here it fails
  return comparisons.map(([operator, operand]) => `ifNull(${test(column, operator, operand)}, 0)`)
}

const SIGNS: Readonly<Record<string, string>> = {
  is: '=',
  not: '!=',
  below: '<',
  atMost: '<=',
  above: '>',
  atLeast: '>=',
}

function test(column: string, operator: string, operand: Scalar | readonly Scalar[]): string {
  if (operator === 'in' || operator === 'notIn') {
    const equal = (operand as readonly Scalar[]).map((value) => `${column} = ${quoteValue(value)}`)
    const found = joined(equal, 'OR', '0')
    return operator === 'in' ? found : `(isNotNull(${column}) AND NOT ${found})`
  }
  if (operand === null) return operator === 'is' ? `isNull(${column})` : `isNotNull(${column})`
  return `${column} ${SIGNS[operator]} ${quoteValue(operand as Scalar)}`
}

function quoteValue(value: Scalar): string {
  if (typeof value === 'string') return quoteText(value)
  return typeof value === 'boolean' ? String(Number(value)) : `toFloat64(${quoteNumber(value as number)})`
}
