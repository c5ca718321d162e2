/** What an index says, by its header alone, and whether it is of a table's rows. */

import { invalidFormat } from '../formats/malformed.ts'
import { readSafetensorsHeader } from '../formats/safetensors/header.ts'
import type { ByteSource } from '../sources/source.ts'
import { CHECKSUMS, type CodeBits, type IndexedRows } from './index-layout.ts'
import { bitsOf, checkRows, readIndexedRows } from './load-index.ts'
import type { StoredFile } from './open-stored-file.ts'
import { TOKEN_BYTES, TOKEN_SLOTS } from './token-layout.ts'

/** Tensors that a search does not hold in memory. */
const NOT_HELD = [CHECKSUMS, TOKEN_SLOTS, TOKEN_BYTES]

/** An index in figures. */
export interface IndexDescription {
  readonly name: string
  /** Bits of a code. */
  readonly bits: CodeBits
  /** Bytes of the file. */
  readonly bytes: number
  /** Bytes of memory that a search by it takes, without the rows that are held. */
  readonly memory: number
  /** The rows that it is of. */
  readonly rows: IndexedRows
}

/**
 * @throws RowspaceError `INVALID_FORMAT` for another file; `UNSUPPORTED` for another layout; what the source
 *   throws
 */
export async function describeIndex(source: ByteSource, signal?: AbortSignal): Promise<IndexDescription> {
  const header = await readSafetensorsHeader(source, signal)
  const rows = readIndexedRows(source, header)
  if (!isWhole(rows)) throw invalidFormat(source, 'it does not say which rows it is an index of.')
  const bits = bitsOf(source, header, { file: rows }, rows.marksWordStarts)
  const tensors = [...header.tensors.values()].filter(({ name }) => !NOT_HELD.includes(name))
  const held = tensors.reduce((sum, { start, end }) => sum + end - start, 0)
  // a search marks the rows that may be found by a bit
  const memory = held + Math.ceil(rows.size / 8)
  return { name: source.name, bits, bytes: source.size, memory, rows }
}

/**
 * Reads 32 of the rows where they have no ETag.
 *
 * @throws RowspaceError `CHANGED` where the index is of other rows
 */
export async function checkIndex(
  source: ByteSource,
  { rows }: IndexDescription,
  stored: StoredFile,
  signal?: AbortSignal,
): Promise<void> {
  await checkRows(source, rows, stored, signal)
}

function isWhole(rows: Partial<IndexedRows>): rows is IndexedRows {
  const { size, dimension, dtype, bytes, sample } = rows
  const areCounts = [size, dimension, bytes].every((count) => Number.isSafeInteger(count))
  return areCounts && typeof dtype === 'string' && typeof sample === 'string'
}
