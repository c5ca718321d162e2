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

export class LazyIndex {
  readonly #read = new SharedRead((signal) => this.#load(signal))
  /** Of all callers that wait. */
  readonly #listeners = new Set<OnBytes>()

  constructor(
    private readonly stored: StoredFile,
    private readonly given: SourceLike | undefined,
    private readonly sourceOptions: SourceOptions,
    private readonly options: Pick<IndexReading, 'core' | 'threads'>,
  ) {}

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

  async #load(signal: AbortSignal): Promise<TableMemory> {
    const source = await this.#open(signal)
    const onBytes: OnBytes = (done, total) => {
      for (const listener of this.#listeners) listener(done, total)
    }
    try {
      return await loadIndex(source, this.stored, { ...this.options, signal, onBytes })
    } finally {
      if (source !== this.given) await source.close?.()
    }
  }

  async #open(signal: AbortSignal): Promise<ByteSource> {
    if (this.given !== undefined) {
      return openNamed(this.given, this.stored.file.source, { ...this.sourceOptions, signal })
    }
    const { source } = this.stored.file
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
}
