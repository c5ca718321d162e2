/** The index of a stored table, read when the first search needs it. */

import type { TableMemory } from '../../bindings/table-memory.ts'
import { RowspaceError } from '../core/errors.ts'
import { openNamed, type SourceLike } from '../open/open-source.ts'
import type { ByteSource, SourceOptions } from '../sources/source.ts'
import { indexName } from './index-layout.ts'
import { type IndexReading, loadIndex } from './load-index.ts'
import type { StoredFile } from './open-stored-file.ts'
import { SharedRead } from './shared-read.ts'

type OnBytes = NonNullable<IndexReading['onBytes']>

/** Reads the codes. */
export type ReadIndex = (signal: AbortSignal, onBytes: OnBytes) => Promise<TableMemory>

export class LazyIndex {
  readonly #read: SharedRead<TableMemory>
  /** Of all callers that wait. */
  readonly #listeners = new Set<OnBytes>()

  constructor(read: ReadIndex) {
    const onBytes: OnBytes = (done, total) => {
      for (const listener of this.#listeners) listener(done, total)
    }
    this.#read = new SharedRead((signal) => read(signal, onBytes))
  }

  /** Its codes. */
  async memory({ signal, onBytes }: Pick<IndexReading, 'signal' | 'onBytes'>): Promise<TableMemory> {
    if (onBytes !== undefined) this.#listeners.add(onBytes)
    try {
      return await this.#read.get(signal)
    } finally {
      if (onBytes !== undefined) this.#listeners.delete(onBytes)
    }
  }

  /** Frees the codes. A read under way is ended by `reason`. */
  async dispose(reason: unknown): Promise<void> {
    const memory = await this.#read.end(reason)
    memory?.dispose()
  }
}

/** Reads the index that the caller named, or the one beside the file. */
export function indexReader(
  stored: StoredFile,
  given: SourceLike | undefined,
  sourceOptions: SourceOptions,
  options: Pick<IndexReading, 'core' | 'threads'>,
): ReadIndex {
  return async (signal, onBytes) => {
    const source = await openIndex(stored.file.source, given, { ...sourceOptions, signal })
    try {
      return await loadIndex(source, stored, { ...options, signal, onBytes })
    } finally {
      if (source !== given) await source.close?.()
    }
  }
}

async function openIndex(
  source: ByteSource,
  given: SourceLike | undefined,
  options: SourceOptions,
): Promise<ByteSource> {
  if (given !== undefined) return openNamed(given, source, options)
  const name = indexName(source.name)
  const found = await source.sibling?.(name)
  if (found !== undefined) return found
  throw new RowspaceError(
    'NOT_FOUND',
    `${source.name} has no index beside it (${name}), by which it is searched where it lies. Make one: ` +
      'npx rowspace index, or writeIndex(). Or load the table by openTable().',
    { source: source.name, index: name },
  )
}
