/**
 * Compiles conditions on metadata (src/metadata/condition.ts) to SQL with the same meaning: a missing value
 * passes only `eq: null`. ClickHouse compares strings by code points, a Collection by code units: they differ
 * above U+FFFF only.
 */

import { makeColumns } from '../metadata/columns.ts'
import type { ColumnTest, ParsedCondition } from '../metadata/condition.ts'
import { parseCondition } from '../metadata/parse-condition.ts'
import type { ColumnTypes, Value } from '../metadata/types.ts'
import { metadataColumn } from './schema.ts'
import { quoteName, quoteNumber, quoteText } from './sql.ts'

/** The condition as an expression of 0 and 1. Throws `INVALID_ARGUMENT` as a Collection does. */
export function conditionSql(columns: ColumnTypes, condition: unknown): string {
  return expression(parseCondition(makeColumns(columns), condition))
}

function expression(condition: ParsedCondition): string {
  if ('any' in condition) return joined(condition.any.map(expression), 'OR', '0')
  const tests = condition.all.flatMap(({ column, tests }) => {
    const name = quoteName(metadataColumn(column))
    // null is neither true nor false in SQL: here it fails
    return tests.map((test) => `ifNull(${testSql(name, test)}, 0)`)
  })
  return joined(tests, 'AND', '1')
}

function joined(parts: readonly string[], operator: string, none: string): string {
  return parts.length === 0 ? none : `(${parts.join(` ${operator} `)})`
}

const SIGNS = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const

function testSql(column: string, test: ColumnTest): string {
  switch (test.operator) {
    case 'in':
      return anyOf(column, test.operand)
    case 'nin':
      return `(isNotNull(${column}) AND NOT ${anyOf(column, test.operand)})`
    case 'eq':
      return test.operand === null ? `isNull(${column})` : `${column} = ${quoteValue(test.operand)}`
    case 'ne':
      return test.operand === null ? `isNotNull(${column})` : `${column} != ${quoteValue(test.operand)}`
    default:
      return `${column} ${SIGNS[test.operator]} ${quoteValue(test.operand)}`
  }
}

function anyOf(column: string, values: ReadonlySet<Value>): string {
  const equal = Array.from(values, (value) => `${column} = ${quoteValue(value)}`)
  return joined(equal, 'OR', '0')
}

function quoteValue(value: Value): string {
  if (typeof value === 'string') return quoteText(value)
  return typeof value === 'boolean' ? String(Number(value)) : `toFloat64(${quoteNumber(value)})`
}
