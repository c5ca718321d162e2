/** Metadata as callers pass it, checked and copied. */
import { invalidArgument } from '../core/values.ts'
import { type Column, checkValue, holds, unknownColumn } from './columns.ts'
import { rejectInherited } from './parse-condition.ts'
import type { Value } from './types.ts'

/** The given values, by column. `name` is how errors name the entry. */
export function readMetadata(
  columns: ReadonlyMap<string, Column>,
  metadata: unknown,
  name: () => string,
): Map<Column, Value | null> {
  const values = new Map<Column, Value | null>()
  if (metadata === undefined) return values
  if (Object.prototype.toString.call(metadata) !== '[object Object]') {
    throw invalidArgument(`${name()}: metadata is an object with one value per column`, metadata)
  }
  rejectInherited(metadata, () => `${name()}: metadata`)
  // hidden names and symbols count too: two lists of them are made faster than Reflect.ownKeys
  for (const key of Object.getOwnPropertyNames(metadata)) {
    const column = columns.get(key)
    if (column === undefined) throw unknownColumn(columns, key, `${name()}: `)
    const value: unknown = Reflect.get(metadata as object, key) ?? null
    if (!holds(column.type, value)) checkValue(key, column.type, value, `${name()}: `)
    values.set(column, value)
  }
  const [symbol] = Object.getOwnPropertySymbols(metadata)
  if (symbol !== undefined) throw unknownColumn(columns, symbol, `${name()}: `)
  return values
}
