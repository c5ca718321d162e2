/** Metadata as callers hand it over, checked and copied. */
import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import { type Column, checkValue } from './columns.ts'
import type { Value } from './types.ts'

/** The values that were given, by column. */
export function readMetadata(
  columns: ReadonlyMap<string, Column>,
  metadata: unknown,
  name: string,
): Map<string, Value | null> {
  if (metadata === undefined) return new Map()
  if (Object.prototype.toString.call(metadata) !== '[object Object]') {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `${name}: metadata is an object with one value per column; got ${describe(metadata)}`,
    )
  }
  const values = new Map<string, Value | null>()
  for (const column of Reflect.ownKeys(metadata as object)) {
    const known = typeof column === 'string' ? columns.get(column) : undefined
    if (known === undefined) throw unknownColumn(columns, column, name)
    const value: unknown = Reflect.get(metadata as object, column) ?? null
    checkValue(String(column), known.type, value)
    values.set(String(column), value)
  }
  return values
}

function unknownColumn(columns: ReadonlyMap<string, Column>, column: string | symbol, name: string) {
  const names = [...columns.keys()].map(describe).join(', ')
  return new RowspaceError(
    'INVALID_ARGUMENT',
    `${name}: there is no column ${describe(column)}; ${names === '' ? 'the collection was made without columns' : `there are ${names}`}`,
    { column },
  )
}
