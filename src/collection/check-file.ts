/** Checks of a collection's file. Checksums find damage, but not a file that another program made up. */
import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import { invalidFormat, unsupported } from '../formats/malformed.ts'
import type { SafetensorsHeader } from '../formats/safetensors/header.ts'
import { makeColumns } from '../metadata/columns.ts'
import type { ColumnType, ColumnTypes } from '../metadata/types.ts'
import type { ByteSource } from '../sources/source.ts'
import { type CollectionMetadata, checksumOf, FORMAT, VERSION } from './file-layout.ts'
import { Keys } from './keys.ts'
import type { CollectionRows } from './rows.ts'

/** The header's metadata. Throws `INVALID_FORMAT`, `UNSUPPORTED`, `CHECKSUM_MISMATCH`. */
export async function readMetadata(
  source: ByteSource,
  { metadata, tensors }: SafetensorsHeader,
): Promise<CollectionMetadata> {
  if (metadata.get('format') !== FORMAT) {
    throw invalidFormat(
      source,
      'it is safetensors, but not a collection that rowspace saved. Open it with openTable.',
    )
  }
  const version = metadata.get('version') ?? ''
  if (Number(version) > VERSION) {
    const problem = `it was saved by a newer rowspace (version ${version}; this one reads up to ${VERSION})`
    throw unsupported(source, `${problem}. Update rowspace.`, { version })
  }
  const read = Object.fromEntries(metadata) as unknown as CollectionMetadata & { checksum: string }
  if ((await checksumOf(read, [...tensors.values()])) !== read.checksum) throw mismatch(source, 'its header')
  if (version === String(VERSION)) return read
  throw invalidFormat(source, `it has the version ${describe(version)}; ${VERSION} was expected.`)
}

export function mismatch(source: ByteSource, what: string): RowspaceError {
  const problem = `the checksum of ${what} does not match: the file was changed or damaged`
  const message = `${source.name}: ${problem}. Use an undamaged copy.`
  return new RowspaceError('CHECKSUM_MISMATCH', message, { source: source.name })
}

/** The columns' types, from the header. Throws `INVALID_ARGUMENT` if others are `expected`. */
export function readColumnTypes(
  source: ByteSource,
  text: string,
  expected: ColumnTypes | undefined,
): ColumnTypes {
  const types = new Map<string, ColumnType>()
  for (const [column, type] of readPairs(source, text, 'columns')) {
    if (types.has(column))
      throw invalidFormat(source, `it has the column ${describe(column)} twice.`, { column })
    if (type !== 'number' && type !== 'string' && type !== 'boolean')
      throw invalidFormat(source, `its column ${describe(column)} is of type ${describe(type)}.`, { column })
    types.set(column, type)
  }
  const found = Object.fromEntries(types)
  if (expected !== undefined) checkExpected(source, found, expected)
  return found
}

function checkExpected(source: ByteSource, found: ColumnTypes, expected: ColumnTypes): void {
  makeColumns(expected) // types that do not exist are an error of their own
  const sorted = (types: ColumnTypes) => JSON.stringify(Object.entries(types).sort())
  if (sorted(expected) === sorted(found)) return
  const problem = `it has the columns ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`
  const message = `${source.name}: ${problem}. Open it without columns, or with its own.`
  throw new RowspaceError('INVALID_ARGUMENT', message, { found, expected })
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

/** Rows must be finite, and their norms those in the file: answers are made of both. */
export function checkRows(source: ByteSource, { memory }: CollectionRows, count: number): void {
  const { norms } = memory
  const saved = norms.slice(0, count)
  const row = count === 0 ? 0 : memory.computeNorms(0, count)
  if (row < count) {
    const numbers = memory.row(row)
    const column = numbers.findIndex((value) => !Number.isFinite(value))
    throw invalidFormat(
      source,
      `row ${row} has ${numbers[column]} in column ${column}; every number must be finite.`,
      { row, column },
    )
  }
  for (let odd = 0; odd < count; odd++) {
    if (Object.is(saved[odd], norms[odd])) continue
    const problem = `row ${odd} has the inverse norm ${saved[odd]}; it is ${norms[odd]}.`
    throw invalidFormat(source, problem, { row: odd })
  }
}

/** One key per row, from a list and the header's next key. */
export function checkKeys(source: ByteSource, list: unknown[], count: number, next: string): Keys {
  if (list.length !== count) throw invalidFormat(source, `it has ${list.length} keys for ${count} rows.`)
  const keys = Keys.of(list, (problem) => invalidFormat(source, `${problem}.`))
  // one above the largest integer says that none is left
  if (!/^\d+$/.test(next) || Number(next) > Number.MAX_SAFE_INTEGER + 1) {
    throw invalidFormat(source, `its next key is ${describe(next)}, which is not an integer ≥ 0.`)
  }
  keys.next = Math.max(keys.next, Number(next))
  return keys
}
