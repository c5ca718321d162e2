/** Where a collection is kept: one file's worth of bytes, replaced whole or not at all. */

import { RowspaceError } from '../../core/errors.ts'
import type { ByteSource } from '../../sources/source.ts'

/** For a keeping place of your own: an object store, a database. */
export interface CollectionStore {
  /** What to call it in messages; the same for the same place, unless `identify` tells. */
  readonly name: string
  /** The same text for the same place, where a name can be spelled in several ways. */
  identify?(): Promise<string>
  /** The bytes that are kept, or undefined where there are none yet. */
  read(signal?: AbortSignal | undefined): Promise<ByteSource | undefined>
  /** Puts these bytes in the place of those that are kept, all at once; on a failure those stay. */
  write(chunks: AsyncIterable<Uint8Array>, signal?: AbortSignal | undefined): Promise<void>
  /** Keeps other writers away until what it returns is called. Throws `LOCKED` if there is one. */
  lock(): Promise<() => Promise<void>>
}

/** One text for all the names of one place. */
export async function identityOf(store: CollectionStore): Promise<string> {
  return (await store.identify?.()) ?? store.name
}

export function lockedError(name: string, by: string): RowspaceError {
  return new RowspaceError(
    'LOCKED',
    `"${name}" is being written by ${by}: wait until it is done and save again`,
    { store: name },
  )
}

/** The browser's refusals in rowspace's words. */
export function storageError(name: string, error: unknown): unknown {
  if (error instanceof RowspaceError || !(error instanceof Error)) return error
  if (error.name === 'QuotaExceededError') {
    return new RowspaceError(
      'QUOTA_EXCEEDED',
      `"${name}" was left as it was: this site may keep no more bytes in the browser. Delete something, or ask for more by navigator.storage.persist()`,
      { store: name, cause: error },
    )
  }
  if (error.name === 'AbortError' || !(error instanceof DOMException)) return error
  return new RowspaceError('IO', `"${name}" could not be used: ${error.message}`, {
    store: name,
    cause: error,
  })
}

/** One writer at a time among all pages and workers of an origin. Throws `LOCKED`. */
export async function webLock(name: string): Promise<() => Promise<void>> {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(`rowspace ${name}`, { ifAvailable: true }, async (lock) => {
        if (lock === null) return reject(lockedError(name, 'another page or worker'))
        resolve(async () => release())
        await held
      })
      .catch(reject)
  })
}
