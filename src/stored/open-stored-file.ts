/** A table file whose rows are read by their places. */

import { RowspaceError } from '../core/errors.ts'
import type { FileRows, OpenOptions } from '../formats/format.ts'
import type { SourceLike } from '../open/open-source.ts'
import { type OpenTableFile, openTableFile } from '../open/open-table-file.ts'
import { StoredRows } from './stored-rows.ts'

/** A file, its rows as they are read through, and as they are looked up. */
export interface StoredFile {
  readonly file: OpenTableFile
  readonly fileRows: FileRows
  readonly rows: StoredRows
}

/**
 * @param cacheBytes bytes of rows to hold
 * @throws RowspaceError as openTableFile; `UNSUPPORTED` for a format whose rows have no fixed places
 */
export async function openStoredFile(
  source: SourceLike,
  options: OpenOptions,
  cacheBytes: number,
): Promise<StoredFile> {
  const file = await openTableFile(source, { ...options, shards: 'table' })
  const { rows: fileRows, dimension } = file
  if (fileRows !== undefined) {
    return { file, fileRows, rows: new StoredRows(file.source.name, dimension, fileRows, cacheBytes) }
  }
  await file.close()
  const { name } = file.source
  const text =
    `${name}: rows of ${file.format} have no fixed places in the file, so the table cannot be viewed. ` +
    'Write it as safetensors (npx rowspace pack), or load it by openTable().'
  throw new RowspaceError('UNSUPPORTED', text, { source: name, format: file.format })
}
