/** A collection in a file, in Node. */
import { isRowspaceError } from '../../core/errors.ts'
import { invalidArgument } from '../../core/values.ts'
import { fileSource } from '../../sources/file.ts'
import { lockFile } from '../../sources/lock-file.ts'
import { nodeModule } from '../../sources/node.ts'
import { resolveTarget } from '../../sources/target-file.ts'
import { removeStaleTemporaries } from '../../sources/temporaries.ts'
import { writeFileAtomically } from '../../sources/write-file.ts'
import type { CollectionStore } from './store.ts'

/**
 * The file at `path`. During a save there is a `path.lock` beside it that names the writer; the lock of a
 * process that has died is taken over. Throws `UNSUPPORTED` outside Node when used.
 */
export function fileStore(path: string): CollectionStore {
  return {
    name: path,
    identify: () => resolveTarget(path),
    async read() {
      try {
        return await fileSource(path)
      } catch (error) {
        if (isRowspaceError(error, 'NOT_FOUND')) return undefined
        throw error
      }
    },
    async write(chunks, signal) {
      await writeFileAtomically(path, chunks, { overwrite: true, signal })
    },
    async lock() {
      await removeStaleTemporaries(nodeModule('node:path', 'lock a file').dirname(await resolveTarget(path)))
      return lockFile(path)
    },
  }
}

/** The store that a caller means: a path is a file's. */
export function storeOf(store: string | CollectionStore): CollectionStore {
  if (typeof store === 'string') return fileStore(store)
  if (typeof store === 'object' && store !== null && typeof store.write === 'function') return store
  throw invalidArgument(
    'a collection is stored at a path or in a store (fileStore, opfsStore, indexedDbStore)',
    store,
  )
}
