/** Writes a collection to a store. */

import { codeViews } from '../../bindings/code-views.ts'
import { RowspaceError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import type { KeysOf } from '../core/strict-options.ts'
import { readSafetensorsHeader, tensorBytes } from '../formats/safetensors/header.ts'
import { encodeSafetensors, type TensorToWrite } from '../formats/safetensors/writer.ts'
import { CHUNK_BYTES, Checksum } from './checksum.ts'
import {
  CODE_TENSORS,
  COLUMN_DTYPES,
  type CollectionMetadata,
  checksumOf,
  DTYPES,
  FORMAT,
  VERSION,
} from './file-layout.ts'
import { encodeJsonList } from './json-list.ts'
import type { Parts } from './question.ts'
import type { CollectionStore } from './stores/store.ts'

/** Progress of a save, first 'checksum', then 'write': `done` and `total` count bytes. */
export type SaveProgress = Progress<'checksum' | 'write'>

/** Options of `save`. */
export interface SaveOptions {
  /** Overwrite the store even if it holds something else, or a collection that another writer saved. Default false. */
  overwrite?: boolean | undefined
  /** Called for every chunk. */
  onProgress?: ((progress: SaveProgress) => void) | undefined
  /** Stops the save; the old file stays. */
  signal?: AbortSignal | undefined
}

export const SAVE_OPTIONS: KeysOf<SaveOptions> = { overwrite: true, onProgress: true, signal: true }

/** Saves rows without gaps. Returns the revision that was written. Throws as Collection.save. */
export async function saveCollection(
  parts: Parts,
  store: CollectionStore,
  revision: string | undefined,
  options: SaveOptions,
): Promise<string> {
  const { signal, overwrite = false } = options
  signal?.throwIfAborted()
  const unlock = await store.lock()
  try {
    if (!overwrite) await checkRevision(store, revision, signal)
    parts.rows.prepare()
    const tensors = tensorsOf(parts)
    const metadata = await metadataOf(parts, tensors, options)
    await store.write(reported(encodeSafetensors(tensors, { ...metadata }), tensors, options), signal)
    return metadata.revision
  } finally {
    await unlock()
  }
}

/** Throws `CONFLICT` or `EXISTS` unless there is nothing, or what was opened or saved last. */
async function checkRevision(
  store: CollectionStore,
  revision: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const source = await store.read(signal)
  if (source === undefined) return
  let found: string | undefined
  try {
    const { metadata } = await readSafetensorsHeader(source, signal)
    if (metadata.get('format') === FORMAT) found = metadata.get('revision')
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof RowspaceError)) throw error
  } finally {
    await source.close?.()
  }
  if (found !== undefined && found === revision) return
  if (found !== undefined && revision !== undefined) {
    throw new RowspaceError(
      'CONFLICT',
      `"${store.name}" was saved by another writer since this collection read it. Open it again and repeat the changes, or pass overwrite: true to lose the other's changes.`,
      { store: store.name },
    )
  }
  throw new RowspaceError(
    'EXISTS',
    `"${store.name}" exists already and was left unchanged. Open it, or pass overwrite: true to overwrite it.`,
    { store: store.name },
  )
}

function tensorsOf({ rows, keys, columns }: Parts): TensorToWrite[] {
  const { memory, used, dimension } = rows
  const list = [...keys]
  const keysName = list.every((key) => typeof key === 'string') ? 'tokens' : 'keys'
  const { dtype } = memory.layout
  if (dtype === 'int8') throw new Error('collections have no int8 rows')
  const tensors = [
    tensor('embeddings', DTYPES[dtype], [used, dimension], memory.rows.subarray(0, used * dimension)),
    jsonTensor(keysName, list),
    tensor('norms', 'F32', [used], memory.norms.subarray(0, used)),
  ]
  if (memory.hasCodes) {
    for (const [name, view] of Object.entries(codeViews(memory, used))) {
      const stride = memory.layout.codeStride
      const shape =
        name === 'codes'
          ? [used, stride]
          : name === 'columns'
            ? [view.length / stride, stride]
            : [view.length]
      tensors.push(
        tensor(CODE_TENSORS[name as keyof typeof CODE_TENSORS], name === 'codes' ? 'I8' : 'F32', shape, view),
      )
    }
  }
  for (const [name, column] of columns) {
    const strings = column.strings()
    const values = column.values.subarray(0, used)
    tensors.push(tensor(`column.${name}`, COLUMN_DTYPES[column.type], [used], values))
    if (strings !== undefined) tensors.push(jsonTensor(`strings.${name}`, strings))
  }
  return tensors
}

function jsonTensor(name: string, list: Iterable<unknown>): TensorToWrite {
  const bytes = encodeJsonList(list)
  return { name, dtype: 'U8', shape: [bytes.reduce((sum, { length }) => sum + length, 0)], bytes }
}

/** Copies chunk by chunk, because Blobs do not take the shared memory that rows lie in with several threads. */
function tensor(name: string, dtype: string, shape: readonly number[], view: ArrayBufferView): TensorToWrite {
  const all = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  const bytes = {
    *[Symbol.iterator]() {
      for (let at = 0; at < all.length; at += CHUNK_BYTES) yield all.slice(at, at + CHUNK_BYTES)
    },
  }
  return { name, dtype, shape, bytes }
}

async function metadataOf(
  { keys, columns }: Parts,
  tensors: readonly TensorToWrite[],
  { onProgress, signal }: SaveOptions,
): Promise<CollectionMetadata & { checksum: string }> {
  const total = sizeOf(tensors)
  const checksums: Record<string, string> = Object.create(null)
  let done = 0
  for (const { name, bytes } of tensors) {
    const checksum = await Checksum.start()
    for (const chunk of bytes as Iterable<Uint8Array>) {
      signal?.throwIfAborted()
      checksum.add(chunk)
      done += chunk.length
      onProgress?.({ phase: 'checksum', done, total })
    }
    checksums[name] = checksum.hex()
  }
  const metadata = {
    format: FORMAT,
    version: String(VERSION),
    revision: globalThis.crypto.randomUUID(),
    columns: JSON.stringify(Array.from(columns, ([name, { type }]) => [name, type])),
    next_key: String(keys.next),
    checksums: JSON.stringify(Object.entries(checksums)),
  }
  return { ...metadata, checksum: await checksumOf(metadata, tensors) }
}

function sizeOf(tensors: readonly TensorToWrite[]): number {
  return tensors.reduce((sum, { dtype, shape }) => sum + tensorBytes(dtype, shape)!, 0)
}

/** The same chunks, reporting progress. */
async function* reported(
  chunks: Iterable<Uint8Array>,
  tensors: readonly TensorToWrite[],
  { onProgress }: SaveOptions,
): AsyncGenerator<Uint8Array> {
  const total = sizeOf(tensors)
  let done = 0
  let isHeader = true
  for (const chunk of chunks) {
    yield chunk
    if (!isHeader) done += chunk.length
    isHeader = false
    onProgress?.({ phase: 'write', done, total })
  }
}
