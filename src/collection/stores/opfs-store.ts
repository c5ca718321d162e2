/** A collection in the origin's private file system, in browsers. */
import { RowspaceError } from '../../core/errors.ts'
import { blobSource } from '../../sources/blob.ts'
import { type CollectionStore, storageError, webLock } from './store.ts'

/**
 * The file of this name in the origin private file system, of pages and workers in secure contexts. Where
 * there is none it throws `UNSUPPORTED` when used: take indexedDbStore there.
 *
 * Spec: https://fs.spec.whatwg.org (createWritable writes beside the file; close puts it in place at once)
 */
export function opfsStore(name: string): CollectionStore {
  return {
    name: `opfs:${name}`,
    async read() {
      try {
        const file = await (await root()).getFileHandle(name)
        return blobSource(await file.getFile())
      } catch (error) {
        if ((error as Error).name === 'NotFoundError') return undefined
        throw storageError(name, error)
      }
    },
    async write(chunks, signal) {
      try {
        const file = await (await root()).getFileHandle(name, { create: true })
        try {
          await writeChunks(await file.createWritable(), chunks, signal)
        } catch (error) {
          await removeIfEmpty(file, name).catch(() => {})
          throw error
        }
      } catch (error) {
        // a signal may end with a DOMException of any name
        throw error === signal?.reason ? error : storageError(name, error)
      }
    },
    lock: () => webLock(`opfs:${name}`),
  }
}

async function root(): Promise<FileSystemDirectoryHandle> {
  if (typeof navigator !== 'undefined' && typeof navigator.storage?.getDirectory === 'function') {
    return navigator.storage.getDirectory()
  }
  throw new RowspaceError(
    'UNSUPPORTED',
    'there is no origin private file system here: it needs a browser and a secure context (https).',
  )
}

/** Replaces the file's bytes when all chunks are written. */
async function writeChunks(
  writable: FileSystemWritableFileStream,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted()
      await writable.write(chunk as Uint8Array<ArrayBuffer>)
    }
    await writable.close()
  } catch (error) {
    await writable.abort().catch(() => {})
    throw error
  }
}

/** The name was made before the first byte was written. */
async function removeIfEmpty(file: FileSystemFileHandle, name: string): Promise<void> {
  const { size } = await file.getFile()
  if (size === 0) await (await root()).removeEntry(name)
}
