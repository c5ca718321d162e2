/** A table file whose rows are read by their places. */

import { RowspaceError } from '../core/errors.ts'
import type { FileRows, OpenOptions } from '../formats/format.ts'
import type { SourceLike } from '../open/open-source.ts'
import { type OpenTableFile, openTableFile } from '../open/open-table-file.ts'
import { StoredRows } from './stored-rows.ts'

/** Ids have 32 bits. */
const MAX_ROWS = 2 ** 32

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
  const file = await untilOpen(options.signal, (signal) =>
    openTableFile(source, { ...options, shards: 'table', signal }),
  )
  try {
    return storedFileOf(file, cacheBytes)
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Throws `UNSUPPORTED` for too many rows, and for rows without fixed places. */
export function storedFileOf(file: OpenTableFile, cacheBytes: number): StoredFile {
  const { rows: fileRows, size, dimension, format } = file
  const { name } = file.source
  if (size > MAX_ROWS) {
    const text = `${name} has ${size} rows; ${MAX_ROWS} are the limit. View the first by limit.`
    throw new RowspaceError('UNSUPPORTED', text, { source: name, size })
  }
  if (fileRows !== undefined) {
    return { file, fileRows, rows: new StoredRows(name, dimension, fileRows, cacheBytes) }
  }
  const text =
    `${name}: rows of ${format} have no fixed places in the file, so the table cannot be viewed. ` +
    'Write it as safetensors (npx rowspace pack), or load it by openTable().'
  throw new RowspaceError('UNSUPPORTED', text, { source: name, format })
}

/**
 * What `open` opens. Sources keep the signal that they get: they get one of their own, for the caller's may be
 * aborted once the file is open.
 */
export async function untilOpen<Opened>(
  signal: AbortSignal | undefined,
  open: (signal: AbortSignal) => Promise<Opened>,
): Promise<Opened> {
  const stop = new AbortController()
  const onAbort = () => stop.abort(signal?.reason)
  signal?.throwIfAborted()
  signal?.addEventListener('abort', onAbort)
  try {
    return await open(stop.signal)
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

/** What tells a file of rows from another: bytes in all, and the strong ETag where it is one file. */
export function identityOf({ source, parts = [] }: OpenTableFile): { bytes: number; version?: string } {
  const bytes = parts.reduce((sum, { size }) => sum + size, source.size)
  // the ETag of a list of files says nothing of what is in them
  return parts.length === 0 && source.version !== undefined ? { bytes, version: source.version } : { bytes }
}
