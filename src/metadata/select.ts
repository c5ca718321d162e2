/** Conditions on metadata in memory: the set of places that pass. */

import { IdSet } from '../core/id-set.ts'
import type { Column } from './columns.ts'
import type { ColumnTest, ParsedCondition } from './condition.ts'
import type { Value } from './types.ts'

/** Which of the first `size` places pass. */
export function select(
  columns: ReadonlyMap<string, Column>,
  condition: ParsedCondition,
  size: number,
): IdSet {
  if ('any' in condition) {
    const found = condition.any.map((one) => select(columns, one, size))
    return found.reduce((set, one) => combine(set, one, (a, b) => a | b), new IdSet(size))
  }
  const found = condition.all.map(({ column, tests }) => {
    const set = new IdSet(size)
    columns.get(column)!.select(set, (value) => tests.every((test) => passes(value, test)))
    return set
  })
  return found.reduce(
    (set, one) => combine(set, one, (a, b) => a & b),
    IdSet.where(size, () => true),
  )
}

function combine(target: IdSet, other: IdSet, operation: (a: number, b: number) => number): IdSet {
  for (let word = 0; word < target.words.length; word++) {
    target.words[word] = operation(target.words[word]!, other.words[word]!)
  }
  return target
}

/** Whether a value passes; a missing one passes only `eq: null`. */
function passes(value: Value | null, test: ColumnTest): boolean {
  if (value === null) return test.operator === 'eq' && test.operand === null
  switch (test.operator) {
    case 'eq':
      return value === test.operand
    case 'ne':
      return value !== test.operand
    case 'in':
      return test.operand.has(value)
    case 'nin':
      return !test.operand.has(value)
    case 'lt':
      return value < test.operand
    case 'lte':
      return value <= test.operand
    case 'gt':
      return value > test.operand
    case 'gte':
      return value >= test.operand
  }
}
