/** Where a collection is stored: the bytes of one file, replaced whole or not at all. */

import { RowspaceError } from '../../core/errors.ts'
import type { ByteSource } from '../../sources/source.ts'

/** A place of your own for collections: an object store, a database. */
export interface CollectionStore {
  /** The name in messages. The same for the same place, unless there is `identify`. */
  readonly name: string
  /** Resolves to one text for all spellings of a name. */
  identify?(): Promise<string>
  /** The stored bytes, or undefined if there are none yet. */
  read(signal?: AbortSignal | undefined): Promise<ByteSource | undefined>
  /** Replaces the stored bytes, all at once; a failure leaves the old ones. */
  write(chunks: AsyncIterable<Uint8Array>, signal?: AbortSignal | undefined): Promise<void>
  /** Keeps other writers away until the returned function is called. Throws `LOCKED` if there is one. */
  lock(): Promise<() => Promise<void>>
}

/** One text for all the names of one place. */
export async function identityOf(store: CollectionStore): Promise<string> {
  return (await store.identify?.()) ?? store.name
}

/** What is stored, to be read. Throws `NOT_FOUND`. */
export async function sourceOf(store: CollectionStore, signal: AbortSignal | undefined): Promise<ByteSource> {
  const source = await store.read(signal)
  if (source !== undefined) return source
  const message = `There is no collection at "${store.name}". Save one there first.`
  throw new RowspaceError('NOT_FOUND', message, { store: store.name })
}

/** An error of the browser's storage in rowspace's words. */
export function storageError(name: string, error: unknown): unknown {
  if (!(error instanceof DOMException) || error.name === 'AbortError') return error
  const details = { store: name, cause: error }
  if (error.name !== 'QuotaExceededError')
    return new RowspaceError('IO', `"${name}" could not be used: ${error.message}.`, details)
  const message =
    `"${name}" was left unchanged: the browser gives this site no more storage. ` +
    'Delete something, or call navigator.storage.persist().'
  return new RowspaceError('QUOTA_EXCEEDED', message, details)
}

/** One writer at a time among all pages and workers of an origin. Throws `LOCKED`, `UNSUPPORTED`. */
export async function webLock(name: string): Promise<() => Promise<void>> {
  if (typeof navigator === 'undefined' || navigator.locks === undefined) {
    const message = 'saving needs locks between pages: it needs a browser and a secure context (https).'
    throw new RowspaceError('UNSUPPORTED', message)
  }
  return new Promise((resolve, reject) => {
    const hold = (lock: Lock | null) =>
      new Promise<void>((release) => {
        if (lock !== null) return resolve(async () => release())
        release()
        const message = `"${name}" is being written by another page or worker. Wait, and save again.`
        reject(new RowspaceError('LOCKED', message, { store: name }))
      })
    navigator.locks.request(`rowspace ${name}`, { ifAvailable: true }, hold).catch(reject)
  })
}
