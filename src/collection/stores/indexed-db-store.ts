/** A collection in IndexedDB, in browsers. */
import { RowspaceError } from '../../core/errors.ts'
import { blobSource } from '../../sources/blob.ts'
import { type CollectionStore, storageError, webLock } from './store.ts'

const DATABASE = 'rowspace'
const COLLECTIONS = 'collections'

/**
 * The Blob of this name in the database `rowspace`, replaced in one transaction. Throws `UNSUPPORTED` outside
 * browsers when used, and for a save outside secure contexts.
 */
export function indexedDbStore(name: string): CollectionStore {
  return {
    name: `indexeddb:${name}`,
    async read() {
      const blob = await inStore<Blob | undefined>(name, 'readonly', (store) => store.get(name))
      return blob === undefined ? undefined : blobSource(blob)
    },
    async write(chunks, signal) {
      const parts: BlobPart[] = []
      for await (const chunk of chunks) {
        signal?.throwIfAborted()
        // one Blob per chunk: browsers store Blobs on disk, and bytes in memory
        parts.push(new Blob([chunk as Uint8Array<ArrayBuffer>]))
      }
      await inStore(name, 'readwrite', (store) => store.put(new Blob(parts), name))
    },
    lock: () => webLock(`indexeddb:${name}`),
  }
}

async function inStore<Result>(
  name: string,
  mode: IDBTransactionMode,
  request: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const database = await openDatabase(name)
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(COLLECTIONS, mode, { durability: 'strict' })
      const made = request(transaction.objectStore(COLLECTIONS))
      transaction.oncomplete = () => resolve(made.result)
      transaction.onabort = () => reject(transaction.error ?? made.error)
    })
  } catch (error) {
    throw storageError(name, error)
  } finally {
    database.close()
  }
}

function openDatabase(name: string): Promise<IDBDatabase> {
  if (typeof indexedDB === 'undefined') {
    throw new RowspaceError(
      'UNSUPPORTED',
      'there is no IndexedDB here: it needs a browser; use fileStore in Node.',
    )
  }
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => void request.result.createObjectStore(COLLECTIONS)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(storageError(name, request.error))
  })
}
