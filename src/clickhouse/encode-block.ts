/** A block of rows as it is sent: with codes, lengths and metadata beside each row, in RowBinary. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import type { Column } from '../metadata/columns.ts'
import { readMetadata } from '../metadata/read-metadata.ts'
import type { RowBlock } from '../open/open-rows.ts'
import { encodeRows } from './codes.ts'
import type { UploadOptions } from './options.ts'
import { RowBinaryWriter } from './row-binary.ts'
import { metadataColumn } from './schema.ts'
import { quoteName } from './sql.ts'

export interface BlockShape {
  dimension: number
  /** Whether codes stand beside rows. */
  codes: boolean
  columns: ReadonlyMap<string, Column>
  metadata: UploadOptions['metadata']
}

/** The columns of a block, in their order. */
export function blockFields(columns: ReadonlyMap<string, Column>): string {
  const fields = ['id', 'token', 'row', 'codes', 'scale', 'norm', 'residual']
  return [...fields, ...[...columns.keys()].map((name) => quoteName(metadataColumn(name)))].join(', ')
}

/** Throws `NON_FINITE` naming row and column, `INVALID_ENCODING`, `INVALID_ARGUMENT` for metadata of another type. */
export function encodeBlock(start: number, { rows, tokens }: RowBlock, shape: BlockShape): Uint8Array {
  const { dimension, codes } = shape
  checkFinite(start, rows, dimension)
  const coded = encodeRows(rows, dimension)
  const writer = new RowBinaryWriter()
  const none = new Int8Array(0)
  for (let index = 0; index < coded.norms.length; index++) {
    const id = start + index
    const token = tokens?.[index]
    const from = index * dimension
    writer.uint64(id)
    writeText(writer, checkedToken(token, id))
    writer.array(rows.subarray(from, from + dimension))
    writer.array(codes ? coded.codes.subarray(from, from + dimension) : none)
    writer.float32(coded.scales[index]!)
    writer.float64(coded.norms[index]!)
    writer.float32(coded.residuals[index]!)
    writeMetadata(writer, shape, id, token)
  }
  return writer.finish()
}

function checkFinite(start: number, rows: Float32Array, dimension: number): void {
  const odd = rows.findIndex((value) => !Number.isFinite(value))
  if (odd < 0) return
  const id = start + Math.floor(odd / dimension)
  throw new RowspaceError(
    'NON_FINITE',
    `row ${id} has ${rows[odd]} in column ${odd % dimension}: every number must be finite`,
    { row: id, column: odd % dimension },
  )
}

function writeMetadata(
  writer: RowBinaryWriter,
  { columns, metadata }: BlockShape,
  id: number,
  token: string | undefined,
): void {
  if (columns.size === 0) return
  const given = readMetadata(columns, plainMetadata(metadata?.(id, token), id), `row ${id}`)
  for (const name of columns.keys()) {
    const value = given.get(name) ?? null
    if (value === null || typeof value === 'string') writeText(writer, value)
    else {
      writer.uint8(0)
      if (typeof value === 'boolean') writer.uint8(Number(value))
      else writer.float64(value)
    }
  }
}

/** A promise, a Map or a Date has no columns, and would be taken for a row without metadata. */
function plainMetadata(given: unknown, id: number): object {
  if (given === undefined || given === null) return {}
  if (Object.prototype.toString.call(given) === '[object Object]') return given
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `metadata of row ${id} must be an object with a value per column; got ${describe(given)}`,
    { row: id },
  )
}

function writeText(writer: RowBinaryWriter, text: string | null | undefined): void {
  writer.uint8(text === null || text === undefined ? 1 : 0)
  if (text !== null && text !== undefined) writer.text(text)
}

/** Half a surrogate pair has no UTF-8. */
function checkedToken(token: string | undefined, id: number): string | undefined {
  if (token !== undefined && typeof token !== 'string') {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `the token of row ${id} must be a string; got ${describe(token)}`,
      { id },
    )
  }
  if (token === undefined || !/\p{Surrogate}/u.test(token)) return token
  throw new RowspaceError(
    'INVALID_ENCODING',
    `the token ${describe(token)} of row ${id} is not valid Unicode`,
    { id },
  )
}
