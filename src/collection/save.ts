/** Writes a collection to a store. */

import { RowspaceError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { type KeysOf, WATCHED } from '../core/strict-options.ts'
import { readSafetensorsHeader } from '../formats/safetensors/header.ts'
import { encodeSafetensors, type TensorToWrite } from '../formats/safetensors/writer.ts'
import { CHUNK_BYTES, Checksum } from '../sources/checksum.ts'
import { closeGaps } from './changes.ts'
import {
  bytesOf,
  type CollectionMetadata,
  checksumOf,
  FORMAT,
  numberTensors,
  VERSION,
} from './file-layout.ts'
import { encodeJsonList } from './json-list.ts'
import type { Parts } from './parts.ts'
import { type CollectionStore, identityOf } from './stores/store.ts'
import { counted, reporting } from './work.ts'

/** Progress of a save, first 'checksum', then 'write': `done` and `total` count bytes. */
export type SaveProgress = Progress<'checksum' | 'write'>

/** Options of `save`. */
export interface SaveOptions {
  /**
   * Overwrite the store even if it holds something else, or a collection that another writer saved. Default
   * false.
   */
  overwrite?: boolean | undefined
  /** Called for every chunk. */
  onProgress?: ((progress: SaveProgress) => void) | undefined
  /** Stops the save; the old file stays. */
  signal?: AbortSignal | undefined
}

export const SAVE_OPTIONS: KeysOf<SaveOptions> = { overwrite: true, ...WATCHED }

/** The revision that was last opened or saved, by the store's identity. */
export type Revisions = Map<string, string>

type Report = (progress: SaveProgress) => void

/** Throws as Collection.save. */
export async function saveCollection(
  parts: Parts,
  store: CollectionStore,
  revisions: Revisions,
  options: SaveOptions,
): Promise<void> {
  closeGaps(parts)
  const identity = await identityOf(store)
  const write = (report: Report) => writeCollection(parts, store, revisions.get(identity), options, report)
  revisions.set(identity, await reporting(options, write))
}

/** Returns the revision that was written. */
async function writeCollection(
  parts: Parts,
  store: CollectionStore,
  revision: string | undefined,
  { signal, overwrite = false }: SaveOptions,
  report: Report,
): Promise<string> {
  signal?.throwIfAborted()
  const unlock = await store.lock()
  try {
    if (!overwrite) await checkRevision(store, revision, signal)
    parts.rows.prepare()
    const tensors = tensorsOf(parts)
    const total = tensors.reduce((sum, { size }) => sum + size, 0)
    const checksums = await checksumsOf(tensors, counted('checksum', total, report), signal)
    const metadata = await metadataOf(parts, tensors, checksums)
    const chunks = reported(encodeSafetensors(tensors, metadata), counted('write', total, report))
    await store.write(chunks, signal)
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
  const isConflict = found !== undefined && revision !== undefined
  const message = isConflict
    ? `"${store.name}" was saved by another writer since this collection read it. Open it again and ` +
      "repeat the changes, or pass overwrite: true to lose the other's changes."
    : `"${store.name}" exists already. Open it, or pass overwrite: true to overwrite it.`
  throw new RowspaceError(isConflict ? 'CONFLICT' : 'EXISTS', message, { store: store.name })
}

interface SizedTensor extends TensorToWrite {
  readonly bytes: Iterable<Uint8Array>
  readonly size: number
}

function tensorsOf({ rows, keys, columns }: Parts): SizedTensor[] {
  const list = [...keys]
  const tensors = [jsonTensor(list.every((key) => typeof key === 'string') ? 'tokens' : 'keys', list)]
  // before the numbers: it may number the strings anew
  for (const [name, column] of columns) {
    const strings = column.strings()
    if (strings !== undefined) tensors.push(jsonTensor(`strings.${name}`, strings))
  }
  for (const { view, ...described } of numberTensors(rows, columns, rows.used, rows.memory.hasCodes)) {
    tensors.push({ ...described, bytes: chunksOf(bytesOf(view)), size: view.byteLength })
  }
  return tensors
}

function jsonTensor(name: string, list: Iterable<unknown>): SizedTensor {
  const bytes = encodeJsonList(list)
  const size = bytes.reduce((sum, { length }) => sum + length, 0)
  return { name, dtype: 'U8', shape: [size], bytes, size }
}

/**
 * Copies chunk by chunk, because Blobs do not take the shared memory that rows are in with several threads.
 */
function chunksOf(bytes: Uint8Array): Iterable<Uint8Array> {
  return {
    *[Symbol.iterator]() {
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.slice(at, at + CHUNK_BYTES)
    },
  }
}

/** Pairs of names and checksums. */
async function checksumsOf(
  tensors: readonly SizedTensor[],
  count: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<[string, string][]> {
  const checksums: [string, string][] = []
  for (const { name, bytes } of tensors) {
    const checksum = await Checksum.start()
    for (const chunk of bytes) {
      signal?.throwIfAborted()
      checksum.add(chunk)
      count(chunk.length)
    }
    checksums.push([name, checksum.hex()])
  }
  return checksums
}

async function metadataOf({ keys, columns }: Parts, tensors: readonly SizedTensor[], checksums: unknown) {
  const metadata: CollectionMetadata = {
    format: FORMAT,
    version: String(VERSION),
    revision: globalThis.crypto.randomUUID(),
    columns: JSON.stringify(Array.from(columns, ([name, { type }]) => [name, type])),
    next_key: String(keys.next),
    checksums: JSON.stringify(checksums),
  }
  return { ...metadata, checksum: await checksumOf(metadata, tensors) }
}

/** The same chunks, reporting progress. The first is the header, which does not count. */
async function* reported(
  chunks: Iterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let isHeader = true
  for (const chunk of chunks) {
    yield chunk
    count(isHeader ? 0 : chunk.length)
    isHeader = false
  }
}
