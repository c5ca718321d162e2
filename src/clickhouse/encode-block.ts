/** A block of rows as it is sent: with codes, lengths and metadata beside each row, in RowBinary. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import type { Column } from '../metadata/columns.ts'
import { readMetadata } from '../metadata/read-metadata.ts'
import type { RowBlock } from '../open/open-rows.ts'
import { encodeRow } from './codes.ts'
import type { UploadOptions } from './options.ts'
import { RowBinaryWriter } from './row-binary.ts'
import { metadataColumn } from './schema.ts'
import { quoteName } from './sql.ts'

export interface BlockShape {
  dimension: number
  /** Whether codes are stored beside rows. */
  codes: boolean
  columns: ReadonlyMap<string, Column>
  metadata: UploadOptions['metadata']
}

/** The columns of a block, in their order. */
export function blockFields(columns: ReadonlyMap<string, Column>): string {
  const fields = ['id', 'token', 'row', 'codes', 'scale', 'norm', 'residual']
  return [...fields, ...[...columns.keys()].map((name) => quoteName(metadataColumn(name)))].join(', ')
}

/** Throws `NON_FINITE` naming row and column, `INVALID_ENCODING`, `INVALID_ARGUMENT` for odd metadata. */
export function encodeBlock(start: number, { rows, tokens }: RowBlock, shape: BlockShape): Uint8Array {
  const { dimension } = shape
  const writer = new RowBinaryWriter()
  const codes = new Int8Array(dimension)
  const none = new Int8Array(0)
  for (let index = 0; index * dimension < rows.length; index++) {
    const id = start + index
    const row = rows.subarray(index * dimension, (index + 1) * dimension)
    const token = tokens?.[index]
    checkFinite(row, id)
    checkToken(token, id)
    const { scale, norm, residual } = encodeRow(row, codes)
    writer.uint64(id)
    writer.nullable(token, (text) => writer.text(text))
    writer.array(row)
    writer.array(shape.codes ? codes : none)
    writer.float32(scale)
    writer.float64(norm)
    writer.float32(residual)
    writeMetadata(writer, shape, id, token)
  }
  return writer.finish()
}

function checkFinite(row: Float32Array, id: number): void {
  const column = row.findIndex((value) => !Number.isFinite(value))
  if (column < 0) return
  const message = `Row ${id} has ${row[column]} in column ${column}; every number must be finite.`
  throw new RowspaceError('NON_FINITE', message, { row: id, column })
}

function checkToken(token: string | undefined, id: number): void {
  if (token === undefined) return
  if (typeof token !== 'string') {
    const message = `The token of row ${id} must be a string; got ${describe(token)}.`
    throw new RowspaceError('INVALID_ARGUMENT', message, { id })
  }
  // half a surrogate pair has no UTF-8
  if (!/\p{Surrogate}/u.test(token)) return
  const message = `The token ${describe(token)} of row ${id} is not valid Unicode.`
  throw new RowspaceError('INVALID_ENCODING', message, { id })
}

function writeMetadata(
  writer: RowBinaryWriter,
  { columns, metadata }: BlockShape,
  id: number,
  token: string | undefined,
): void {
  if (columns.size === 0) return
  const given = readMetadata(columns, metadata?.(id, token) ?? undefined, () => `row ${id}`)
  for (const column of columns.values()) {
    writer.nullable(given.get(column), (value) => {
      if (typeof value === 'string') writer.text(value)
      else if (typeof value === 'boolean') writer.uint8(Number(value))
      else writer.float64(value)
    })
  }
}
