/** Which store a caller means. */
import { RowspaceError } from '../../core/errors.ts'
import { describe } from '../../core/values.ts'
import { fileStore } from './file-store.ts'
import type { CollectionStore } from './store.ts'

/** A path is a file's. */
export function storeOf(store: string | CollectionStore): CollectionStore {
  if (typeof store === 'string') return fileStore(store)
  if (typeof store === 'object' && store !== null && typeof store.write === 'function') return store
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `a collection is kept at a path or in a store (fileStore, opfsStore, indexedDbStore); got ${describe(store)}`,
  )
}
