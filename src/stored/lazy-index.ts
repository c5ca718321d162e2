/** The index of a stored table, read when the first search needs it. */

import type { IndexFile } from './index-file.ts'
import { type IndexReading, loadIndex } from './load-index.ts'
import type { StoredFile } from './open-stored-file.ts'
import { SharedRead } from './shared-read.ts'
import type { StoredCodes } from './stored-codes.ts'

type OnBytes = NonNullable<IndexReading['onBytes']>

/** Reads the codes. */
export type ReadIndex = (signal: AbortSignal, onBytes: OnBytes) => Promise<StoredCodes>

export class LazyIndex {
  readonly #read: SharedRead<StoredCodes>
  /** Of all callers that wait. */
  readonly #listeners = new Set<OnBytes>()

  constructor(read: ReadIndex) {
    const onBytes: OnBytes = (done, total) => {
      for (const listener of this.#listeners) listener(done, total)
    }
    this.#read = new SharedRead((signal) => read(signal, onBytes))
  }

  /** Its codes. */
  async codes({ signal, onBytes }: Pick<IndexReading, 'signal' | 'onBytes'>): Promise<StoredCodes> {
    if (onBytes !== undefined) this.#listeners.add(onBytes)
    try {
      return await this.#read.get(signal)
    } finally {
      if (onBytes !== undefined) this.#listeners.delete(onBytes)
    }
  }

  /** Frees the codes. A read under way is ended by `reason`. */
  async dispose(reason: unknown): Promise<void> {
    const codes = await this.#read.end(reason)
    codes?.dispose()
  }
}

/** Reads the codes of an index file. */
export function indexReader(
  index: IndexFile,
  stored: StoredFile,
  options: Pick<IndexReading, 'core' | 'threads' | 'mostBytes' | 'memory'>,
): ReadIndex {
  return (signal, onBytes) =>
    index.readWhole((opened) => loadIndex(opened, stored, { ...options, signal, onBytes }), signal)
}
