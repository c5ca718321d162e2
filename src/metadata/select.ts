/** Conditions on metadata in memory: the set of places that pass. */

import { IdSet } from '../core/id-set.ts'
import type { Column } from './columns.ts'
import type { ColumnTest, ParsedCondition } from './condition.ts'
import type { Value } from './types.ts'

/** Which of the first `size` places pass. */
export function select(condition: ParsedCondition<Column>, size: number): IdSet {
  if ('any' in condition) {
    const found = condition.any.map((one) => select(one, size))
    return combine(new IdSet(size), found, (a, b) => a | b)
  }
  const found = condition.all.map(({ known, tests }) =>
    known.select(size, (value) => tests.every((test) => passes(value, test))),
  )
  return combine(
    IdSet.where(size, () => true),
    found,
    (a, b) => a & b,
  )
}

function combine(target: IdSet, sets: readonly IdSet[], operation: (a: number, b: number) => number): IdSet {
  for (const { words } of sets) {
    for (const [place, word] of words.entries()) {
      target.words[place] = operation(target.words[place] ?? 0, word)
    }
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
