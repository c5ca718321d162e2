/** Reads a collection from a store. */
import { codeViews } from '../../bindings/code-views.ts'
import { RowspaceError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import type { KeysOf } from '../core/strict-options.ts'
import { checkCount, describe } from '../core/values.ts'
import { invalidFormat, unsupported } from '../formats/malformed.ts'
import {
  readSafetensorsHeader,
  type SafetensorsHeader,
  type StoredTensor,
} from '../formats/safetensors/header.ts'
import { type Column, makeColumns } from '../metadata/columns.ts'
import type { ColumnTypes } from '../metadata/types.ts'
import { readBlocks } from '../sources/blocks.ts'
import type { ByteSource } from '../sources/source.ts'
import { checkRows, readColumnTypes, readPairs } from './check-file.ts'
import { CHUNK_BYTES, Checksum } from './checksum.ts'
import { CODE_TENSORS, type CollectionMetadata, checksumOf, DTYPES, FORMAT, VERSION } from './file-layout.ts'
import { parseJsonList } from './json-list.ts'
import { Keys } from './keys.ts'
import type { CollectionOptions } from './options.ts'
import type { Parts } from './question.ts'
import { CollectionRows } from './rows.ts'
import type { CollectionStore } from './stores/store.ts'

/** Progress of opening a collection: `done` and `total` count bytes. */
export type OpenProgress = Progress<'read'>

/** Options of `Collection.open`. */
export interface OpenCollectionOptions<Columns extends ColumnTypes>
  extends Pick<CollectionOptions<Columns>, 'codes' | 'threads' | 'core' | 'capacity'> {
  /** The columns that the file must have. Default: any. */
  columns?: Columns | undefined
  /** Called for every block that is read. */
  onProgress?: ((progress: OpenProgress) => void) | undefined
  /** Stops the reading. */
  signal?: AbortSignal | undefined
}

export const OPEN_OPTIONS: KeysOf<OpenCollectionOptions<ColumnTypes>> = {
  codes: true,
  threads: true,
  core: true,
  capacity: true,
  columns: true,
  onProgress: true,
  signal: true,
}

/** Throws as Collection.open. */
export async function loadCollection(
  store: CollectionStore,
  options: OpenCollectionOptions<ColumnTypes>,
): Promise<{ parts: Parts; revision: string }> {
  if (options.capacity !== undefined) checkCount(options.capacity, 'capacity', 1)
  const source = await store.read(options.signal)
  if (source === undefined) {
    throw new RowspaceError('NOT_FOUND', `There is no collection at "${store.name}". Save one there first.`, {
      store: store.name,
    })
  }
  try {
    const header = await readSafetensorsHeader(source, options.signal)
    const metadata = await readMetadata(source, header)
    const parts = await readParts(source, header, metadata, options)
    return { parts, revision: metadata.revision }
  } finally {
    await source.close?.()
  }
}

async function readMetadata(
  source: ByteSource,
  { metadata, tensors }: SafetensorsHeader,
): Promise<CollectionMetadata> {
  if (metadata.get('format') !== FORMAT) {
    throw invalidFormat(
      source,
      `it is safetensors, but not a collection that rowspace saved. Open it with openTable.`,
    )
  }
  const version = metadata.get('version') ?? ''
  if (Number(version) > VERSION) {
    throw unsupported(
      source,
      `it was saved by a newer rowspace (version ${version} of the format; this one reads up to ${VERSION}). Update rowspace.`,
      { version },
    )
  }
  const read = Object.fromEntries(metadata) as unknown as CollectionMetadata & { checksum: string }
  if ((await checksumOf(read, [...tensors.values()])) !== read.checksum) throw mismatch(source, 'its header')
  if (version !== String(VERSION)) {
    throw invalidFormat(source, `it has the version ${describe(version)}; ${VERSION} was expected.`)
  }
  return read
}

function mismatch(source: ByteSource, what: string): RowspaceError {
  return new RowspaceError(
    'CHECKSUM_MISMATCH',
    `${source.name}: the checksum of ${what} does not match: the file was changed or damaged. Use an undamaged copy.`,
    { source: source.name },
  )
}

async function readParts(
  source: ByteSource,
  { tensors }: SafetensorsHeader,
  metadata: CollectionMetadata,
  options: OpenCollectionOptions<ColumnTypes>,
): Promise<Parts> {
  const types = readColumnTypes(source, metadata.columns)
  checkColumns(source, types, options.columns)
  const { rows, count, coded } = await makeRows(source, tensors, options)
  try {
    const columns = makeColumns(types)
    for (const column of columns.values()) column.reserve(rows.capacity)
    const targets = targetsOf(source, tensors, rows, columns, count, coded)
    await readTensors(source, tensors, targets, metadata, options)
    checkRows(source, rows, count)
    const keys = readKeys(source, targets, count, metadata.next_key)
    for (const [name, column] of columns) {
      const strings = targets.get(`strings.${name}`)
      const problem = column.adopt(count, strings === undefined ? [] : jsonOf(source, strings))
      if (problem === undefined) continue
      throw invalidFormat(source, `column ${describe(name)} ${problem}.`, { column: name })
    }
    rows.adopt(count, coded)
    return { rows, keys, columns }
  } catch (error) {
    rows.dispose()
    throw error
  }
}

function checkColumns(source: ByteSource, found: ColumnTypes, expected: ColumnTypes | undefined): void {
  const list = (types: ColumnTypes) =>
    JSON.stringify(Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1)))
  if (expected === undefined) return
  makeColumns(expected) // columns that cannot be are an error of their own
  if (list(expected) === list(found)) return
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `${source.name} has the columns ${JSON.stringify(found)}, not ${JSON.stringify(expected)}. Open it without columns, or with its own.`,
    { found, expected },
  )
}

/** A memory for the rows of the file, and for its codes where they are wanted. */
async function makeRows(
  source: ByteSource,
  tensors: ReadonlyMap<string, StoredTensor>,
  options: OpenCollectionOptions<ColumnTypes>,
): Promise<{ rows: CollectionRows; count: number; coded: boolean }> {
  const embeddings = tensors.get('embeddings')
  const dtype = Object.entries(DTYPES).find(([, name]) => name === embeddings?.dtype)?.[0]
  const [count, dimension, more] = embeddings?.shape ?? []
  if (dtype === undefined || count === undefined || !dimension || more !== undefined) {
    throw invalidFormat(source, `it has no tensor "embeddings" of F32, BF16 or F16 in two dimensions.`)
  }
  const hasCodes = tensors.has(CODE_TENSORS.codes) && options.codes !== false
  const rows = await CollectionRows.create(options.core, {
    capacity: Math.max(1, count, options.capacity ?? 0),
    dimension,
    dtype: dtype as keyof typeof DTYPES,
    codes: hasCodes ? true : options.codes,
    threads: options.threads,
  })
  return { rows, count, coded: hasCodes }
}

/** Where the bytes of each tensor go. */
function targetsOf(
  source: ByteSource,
  tensors: ReadonlyMap<string, StoredTensor>,
  rows: CollectionRows,
  columns: ReadonlyMap<string, Column>,
  count: number,
  coded: boolean,
): Map<string, Uint8Array> {
  const { memory, dimension } = rows
  const views: [string, ArrayBufferView][] = [
    ['embeddings', memory.rows.subarray(0, count * dimension)],
    ['norms', memory.norms.subarray(0, count)],
    ...Array.from(columns, ([name, { values }]): [string, ArrayBufferView] => [
      `column.${name}`,
      values.subarray(0, count),
    ]),
  ]
  if (coded) {
    for (const [name, view] of Object.entries(codeViews(memory, count))) {
      views.push([CODE_TENSORS[name as keyof typeof CODE_TENSORS], view])
    }
  }
  for (const [name, column] of columns) {
    if (column.type === 'string')
      views.push([`strings.${name}`, ownBytes(source, tensors, `strings.${name}`)])
  }
  const keys = tensors.has('tokens') ? 'tokens' : 'keys'
  views.push([keys, ownBytes(source, tensors, keys)])
  for (const [name, { byteLength }] of views) {
    const tensor = tensors.get(name)
    if (tensor !== undefined && tensor.end - tensor.start === byteLength) continue
    throw invalidFormat(
      source,
      `tensor "${name}" ${tensor === undefined ? 'is missing' : `has ${tensor.end - tensor.start} bytes`}; ${byteLength} were expected.`,
      { tensor: name },
    )
  }
  return new Map(
    views.map(([name, view]) => [name, new Uint8Array(view.buffer, view.byteOffset, view.byteLength)]),
  )
}

function ownBytes(source: ByteSource, tensors: ReadonlyMap<string, StoredTensor>, name: string): Uint8Array {
  const tensor = tensors.get(name)
  if (tensor !== undefined) return new Uint8Array(tensor.end - tensor.start)
  throw invalidFormat(source, `tensor "${name}" is missing.`, { tensor: name })
}

/** Reads every tensor that has a target, from front to back. Throws `CHECKSUM_MISMATCH`. */
async function readTensors(
  source: ByteSource,
  tensors: ReadonlyMap<string, StoredTensor>,
  targets: ReadonlyMap<string, Uint8Array>,
  metadata: CollectionMetadata,
  { signal, onProgress }: OpenCollectionOptions<ColumnTypes>,
): Promise<void> {
  const checksums = new Map(readPairs(source, metadata.checksums, 'checksums'))
  const total = [...targets.values()].reduce((sum, { length }) => sum + length, 0)
  let done = 0
  for (const { name, start, end } of tensors.values()) {
    const target = targets.get(name)
    if (target === undefined) continue
    const checksum = await Checksum.start()
    let filled = 0
    for await (const block of readBlocks(source, start, end, { signal, blockBytes: CHUNK_BYTES })) {
      target.set(block, filled)
      filled += block.length
      done += block.length
      checksum.add(block)
      onProgress?.({ phase: 'read', done, total })
    }
    if (checksum.hex() !== checksums.get(name)) throw mismatch(source, `tensor "${name}"`)
  }
}

function jsonOf(source: ByteSource, bytes: Uint8Array): unknown[] {
  try {
    return parseJsonList(bytes)
  } catch (cause) {
    throw invalidFormat(source, `a list in it is not JSON: ${(cause as Error).message}.`, { cause })
  }
}

function readKeys(
  source: ByteSource,
  targets: ReadonlyMap<string, Uint8Array>,
  count: number,
  nextKey: string,
): Keys {
  const list = jsonOf(source, (targets.get('tokens') ?? targets.get('keys'))!)
  if (list.length !== count) throw invalidFormat(source, `it has ${list.length} keys for ${count} rows.`)
  const keys = Keys.of(list, (problem) => invalidFormat(source, `${problem}.`))
  const next = Number(nextKey)
  // one past the largest whole number says that none is left
  if (!/^\d+$/.test(nextKey) || next > Number.MAX_SAFE_INTEGER + 1) {
    throw invalidFormat(source, `its next key is ${describe(nextKey)}, which is not a whole number.`)
  }
  keys.next = Math.max(keys.next, next)
  return keys
}
