/** Reads the tensors of a collection's file, each held against its checksum. */

import type { Progress } from '../core/progress.ts'
import { describe } from '../core/values.ts'
import { invalidFormat } from '../formats/malformed.ts'
import { readSafetensorsHeader, type SafetensorsHeader } from '../formats/safetensors/header.ts'
import type { Column } from '../metadata/columns.ts'
import { readBlocks } from '../sources/blocks.ts'
import { CHUNK_BYTES, Checksum } from '../sources/checksum.ts'
import type { ByteSource } from '../sources/source.ts'
import { checkKeys, mismatch, readMetadata, readPairs } from './check-file.ts'
import { bytesOf, type CollectionMetadata, DTYPES, type NumberTensor } from './file-layout.ts'
import { parseJsonList } from './json-list.ts'
import type { Keys } from './keys.ts'
import type { RowType } from './rows.ts'
import { counted } from './work.ts'

/** A file whose header was read. */
export interface CollectionFile extends Pick<SafetensorsHeader, 'tensors' | 'headerBytes'> {
  readonly source: ByteSource
  readonly metadata: CollectionMetadata
}

/** The places of tensors to be read, in memory. */
export type Targets = ReadonlyMap<string, Uint8Array>

/** Throws `INVALID_FORMAT`, `UNSUPPORTED`, `CHECKSUM_MISMATCH` unless it is the header of a collection. */
export async function readCollectionFile(
  source: ByteSource,
  signal: AbortSignal | undefined,
): Promise<CollectionFile> {
  const header = await readSafetensorsHeader(source, signal)
  const { tensors, headerBytes } = header
  return { source, tensors, headerBytes, metadata: await readMetadata(source, header) }
}

/** The shape and type of the rows, and their first byte. */
export function shapeOf({ source, tensors }: CollectionFile): {
  dtype: RowType
  count: number
  dimension: number
  start: number
} {
  const embeddings = tensors.get('embeddings')
  const dtype = (Object.keys(DTYPES) as RowType[]).find((type) => DTYPES[type] === embeddings?.dtype)
  const [count, dimension, more] = embeddings?.shape ?? []
  if (dtype !== undefined && count !== undefined && dimension && more === undefined) {
    return { dtype, count, dimension, start: embeddings?.start ?? 0 }
  }
  throw invalidFormat(source, 'it has no tensor "embeddings" of F32, BF16 or F16 in two dimensions.')
}

/** Where the bytes of each tensor go: of these, of the keys, and of the strings in the metadata. */
export function targetsOf(
  file: CollectionFile,
  numbers: readonly NumberTensor[],
  columns: ReadonlyMap<string, Column>,
): Targets {
  const targets = new Map(numbers.map(({ name, view }) => [name, bytesOf(view)]))
  for (const [name, { length }] of targets) checkLength(file, name, length)
  const texts = [...columns].filter(([, { type }]) => type === 'string').map(([name]) => `strings.${name}`)
  for (const name of [keysNameOf(file), ...texts]) targets.set(name, new Uint8Array(lengthOf(file, name)))
  return targets
}

/** Throws `INVALID_FORMAT` unless the file has this tensor, of so many bytes. */
export function checkLength(file: CollectionFile, name: string, expected: number): void {
  const length = lengthOf(file, name)
  if (length === expected) return
  const problem = `tensor "${name}" has ${length} bytes; ${expected} were expected.`
  throw invalidFormat(file.source, problem, { tensor: name })
}

function keysNameOf({ tensors }: CollectionFile): string {
  return tensors.has('tokens') ? 'tokens' : 'keys'
}

function lengthOf({ source, tensors }: CollectionFile, name: string): number {
  const tensor = tensors.get(name)
  if (tensor !== undefined) return tensor.end - tensor.start
  throw invalidFormat(source, `tensor "${name}" is missing.`, { tensor: name })
}

/** Reads every tensor that has a target, from front to back. Throws `CHECKSUM_MISMATCH`. */
export async function readTensors(
  { source, tensors, metadata }: CollectionFile,
  targets: Targets,
  signal: AbortSignal | undefined,
  report: (progress: Progress<'read'>) => void,
): Promise<void> {
  const checksums = new Map(readPairs(source, metadata.checksums, 'checksums'))
  const total = [...targets.values()].reduce((sum, { length }) => sum + length, 0)
  const count = counted('read', total, report)
  for (const { name, start, end } of tensors.values()) {
    const target = targets.get(name)
    if (target === undefined) continue
    const checksum = await Checksum.start()
    for await (const block of readBlocks(source, start, end, { signal, blockBytes: CHUNK_BYTES, target })) {
      checksum.add(block)
      count(block.length)
    }
    if (checksum.hex() !== checksums.get(name)) throw mismatch(source, `tensor "${name}"`)
  }
}

/** Hands the metadata that was read to its columns. Returns the keys. */
export function adoptMetadata(
  file: CollectionFile,
  targets: Targets,
  columns: ReadonlyMap<string, Column>,
  count: number,
): Keys {
  const { source, metadata } = file
  const listOf = (name: string) => parseList(source, targets.get(name))
  const keys = checkKeys(source, listOf(keysNameOf(file)), count, metadata.next_key)
  for (const [name, column] of columns) {
    const problem = column.adopt(count, listOf(`strings.${name}`))
    if (problem === undefined) continue
    throw invalidFormat(source, `column ${describe(name)} ${problem}.`, { column: name })
  }
  return keys
}

function parseList(source: ByteSource, bytes: Uint8Array | undefined): unknown[] {
  if (bytes === undefined) return []
  try {
    return parseJsonList(bytes)
  } catch (cause) {
    throw invalidFormat(source, `a list in it is not JSON: ${(cause as Error).message}.`, { cause })
  }
}
