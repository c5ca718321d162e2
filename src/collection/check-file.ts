/** What is checked in a collection's file beside its checksums: those tell damage, not a file that another program made up. */
import { describe } from '../core/values.ts'
import { invalidFormat } from '../formats/malformed.ts'
import type { ColumnType, ColumnTypes } from '../metadata/types.ts'
import type { ByteSource } from '../sources/source.ts'
import type { CollectionRows } from './rows.ts'

/** The columns' types, from the header. */
export function readColumnTypes(source: ByteSource, text: string): ColumnTypes {
  const types = new Map<string, ColumnType>()
  for (const [name, type] of readPairs(source, text, 'columns')) {
    if (types.has(name))
      throw invalidFormat(source, `it has the column ${describe(name)} twice.`, { column: name })
    if (type !== 'number' && type !== 'string' && type !== 'boolean') {
      throw invalidFormat(source, `its column ${describe(name)} is of type ${describe(type)}.`, {
        column: name,
      })
    }
    types.set(name, type)
  }
  return Object.fromEntries(types)
}

/** A JSON list of pairs of texts in the header. */
export function readPairs(source: ByteSource, text: string, what: string): [string, string][] {
  try {
    const list: unknown = JSON.parse(text)
    if (Array.isArray(list) && list.every(isPair)) return list
  } catch {}
  throw invalidFormat(source, `the ${what} in its header are not a JSON list of pairs.`)
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'string')
}

/** Rows must be finite, and their norms those that the file has: answers are made of both. */
export function checkRows(source: ByteSource, { memory }: CollectionRows, count: number): void {
  if (count === 0) return
  const saved = memory.norms.slice(0, count)
  const first = memory.computeNorms(0, count)
  if (first < count) {
    const row = memory.row(first)
    const column = row.findIndex((value) => !Number.isFinite(value))
    throw invalidFormat(
      source,
      `row ${first} has ${row[column]} in column ${column}; every number must be finite.`,
      {
        row: first,
        column,
      },
    )
  }
  const odd = saved.findIndex((norm, row) => !Object.is(norm, memory.norms[row]))
  if (odd < 0) return
  throw invalidFormat(source, `row ${odd} has the inverse norm ${saved[odd]}; it is ${memory.norms[odd]}.`, {
    row: odd,
  })
}
