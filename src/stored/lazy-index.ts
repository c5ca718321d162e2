/** The index of a stored table, read when the first search needs it. */

import type { TableMemory } from '../../bindings/table-memory.ts'
import { RowspaceError } from '../core/errors.ts'
import { openNamed, type SourceLike } from '../open/open-source.ts'
import type { ByteSource, SourceOptions } from '../sources/source.ts'
import { indexName } from './index-layout.ts'
import { type IndexReading, loadIndex } from './load-index.ts'
import type { StoredFile } from './open-stored-file.ts'

export class LazyIndex {
  #loading: Promise<TableMemory> | undefined
  #isDisposed = false

  constructor(
    private readonly stored: StoredFile,
    private readonly given: SourceLike | undefined,
    private readonly sourceOptions: SourceOptions,
    private readonly options: Pick<IndexReading, 'core' | 'threads'>,
  ) {}

  /** Its codes. A read that failed, or was stopped, is tried again. */
  async memory(how: Pick<IndexReading, 'signal' | 'onBytes'>): Promise<TableMemory> {
    this.#loading ??= this.#load(how).catch((error) => {
      this.#loading = undefined
      throw error
    })
    const memory = await this.#loading
    how.signal?.throwIfAborted()
    return memory
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true
    const memory = await this.#loading?.catch(() => undefined)
    memory?.dispose()
  }

  async #load(how: Pick<IndexReading, 'signal' | 'onBytes'>): Promise<TableMemory> {
    const source = await this.#open()
    try {
      const memory = await loadIndex(source, this.stored, { ...this.options, ...how })
      if (this.#isDisposed) memory.dispose()
      return memory
    } finally {
      if (source !== this.given) await source.close?.()
    }
  }

  async #open(): Promise<ByteSource> {
    if (this.given !== undefined) {
      return openNamed(this.given, this.stored.file.source, this.sourceOptions)
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
