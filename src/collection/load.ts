/** Reads a collection from a store. */
import { RowspaceError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import type { KeysOf } from '../core/strict-options.ts'
import { checkCount, describe } from '../core/values.ts'
import { invalidFormat } from '../formats/malformed.ts'
import { readSafetensorsHeader, type SafetensorsHeader } from '../formats/safetensors/header.ts'
import { type Column, makeColumns } from '../metadata/columns.ts'
import type { ColumnTypes } from '../metadata/types.ts'
import { readBlocks } from '../sources/blocks.ts'
import { CHUNK_BYTES, Checksum } from '../sources/checksum.ts'
import type { ByteSource } from '../sources/source.ts'
import { checkKeys, checkRows, mismatch, readColumnTypes, readMetadata, readPairs } from './check-file.ts'
import type { CollectionOptions } from './create.ts'
import { bytesOf, type CollectionMetadata, DTYPES, numberTensors } from './file-layout.ts'
import { parseJsonList } from './json-list.ts'
import { type Parts, partsOf } from './parts.ts'
import { CollectionRows, type RowType } from './rows.ts'
import type { Revisions } from './save.ts'
import { type CollectionStore, identityOf } from './stores/store.ts'
import { counted, reporting } from './work.ts'

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

type Options = OpenCollectionOptions<ColumnTypes>
type Report = (progress: OpenProgress) => void

/** A file whose header was read. */
interface CollectionFile {
  source: ByteSource
  tensors: SafetensorsHeader['tensors']
  metadata: CollectionMetadata
}

/** Throws as Collection.open. */
export async function loadCollection(
  store: CollectionStore,
  options: Options,
): Promise<{ parts: Parts; revisions: Revisions }> {
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
    const revisions = new Map([[await identityOf(store), metadata.revision]])
    const file = { source, tensors: header.tensors, metadata }
    const parts = await reporting(options, (report) => readParts(file, options, report))
    return { parts, revisions }
  } finally {
    await source.close?.()
  }
}

async function readParts(file: CollectionFile, options: Options, report: Report): Promise<Parts> {
  const { source, metadata } = file
  const columns = makeColumns(readColumnTypes(source, metadata.columns, options.columns))
  const { rows, count, coded } = await makeRows(file, options)
  try {
    for (const column of columns.values()) column.reserve(rows.capacity)
    const targets = targetsOf(file, rows, columns, count, coded)
    await readTensors(file, targets, options.signal, report)
    checkRows(source, rows, count)
    const listOf = (name: string) => parseList(source, targets.get(name))
    const keys = checkKeys(source, listOf(keysNameOf(file)), count, metadata.next_key)
    for (const [name, column] of columns) {
      const problem = column.adopt(count, listOf(`strings.${name}`))
      if (problem === undefined) continue
      throw invalidFormat(source, `column ${describe(name)} ${problem}.`, { column: name })
    }
    rows.adopt(count, coded)
    return partsOf(rows, keys, columns)
  } catch (error) {
    rows.dispose()
    throw error
  }
}

/** A memory for the rows of the file, and for its codes if they are wanted. */
async function makeRows(
  { source, tensors }: CollectionFile,
  { core, capacity = 0, codes, threads }: Options,
): Promise<{ rows: CollectionRows; count: number; coded: boolean }> {
  const embeddings = tensors.get('embeddings')
  const dtype = (Object.keys(DTYPES) as RowType[]).find((type) => DTYPES[type] === embeddings?.dtype)
  const [count, dimension, more] = embeddings?.shape ?? []
  if (dtype === undefined || count === undefined || !dimension || more !== undefined) {
    throw invalidFormat(source, 'it has no tensor "embeddings" of F32, BF16 or F16 in two dimensions.')
  }
  const coded = tensors.has('codes') && codes !== false
  const request = { capacity: Math.max(1, count, capacity), dimension, dtype, codes: coded || codes, threads }
  return { rows: await CollectionRows.create(core, request), count, coded }
}

/** Where the bytes of each tensor go. */
function targetsOf(
  file: CollectionFile,
  rows: CollectionRows,
  columns: ReadonlyMap<string, Column>,
  count: number,
  coded: boolean,
): Map<string, Uint8Array> {
  const targets = new Map<string, Uint8Array>()
  for (const { name, view } of numberTensors(rows, columns, count, coded)) {
    const length = lengthOf(file, name)
    if (length !== view.byteLength) {
      throw invalidFormat(
        file.source,
        `tensor "${name}" has ${length} bytes; ${view.byteLength} were expected.`,
        { tensor: name },
      )
    }
    targets.set(name, bytesOf(view))
  }
  const texts = [...columns].filter(([, { type }]) => type === 'string').map(([name]) => `strings.${name}`)
  for (const name of [keysNameOf(file), ...texts]) targets.set(name, new Uint8Array(lengthOf(file, name)))
  return targets
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
async function readTensors(
  { source, tensors, metadata }: CollectionFile,
  targets: ReadonlyMap<string, Uint8Array>,
  signal: AbortSignal | undefined,
  report: Report,
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

function parseList(source: ByteSource, bytes: Uint8Array | undefined): unknown[] {
  if (bytes === undefined) return []
  try {
    return parseJsonList(bytes)
  } catch (cause) {
    throw invalidFormat(source, `a list in it is not JSON: ${(cause as Error).message}.`, { cause })
  }
}
