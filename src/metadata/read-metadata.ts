/** Metadata as callers pass it, checked and copied. */
import { invalidArgument } from '../core/values.ts'
import { type Column, checkValue, unknownColumn } from './columns.ts'
import { rejectInherited } from './parse-condition.ts'
import type { Value } from './types.ts'

/** The given values, by column. */
export function readMetadata(
  columns: ReadonlyMap<string, Column>,
  metadata: unknown,
  name: string,
): Map<Column, Value | null> {
  const values = new Map<Column, Value | null>()
  if (metadata === undefined) return values
  if (Object.prototype.toString.call(metadata) !== '[object Object]') {
    throw invalidArgument(`${name}: metadata is an object with one value per column`, metadata)
  }
  rejectInherited(metadata, `${name}: metadata`)
  for (const key of Reflect.ownKeys(metadata as object)) {
    const column = columns.get(key as string)
    if (column === undefined) throw unknownColumn(columns, key, `${name}: `)
    const value: unknown = Reflect.get(metadata as object, key) ?? null
    checkValue(String(key), column.type, value, `${name}: `)
    values.set(column, value)
  }
  return values
}
