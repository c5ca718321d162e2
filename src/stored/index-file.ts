/** The file of an index: the one that the caller named, or the one beside the rows. */

import { RowspaceError } from '../core/errors.ts'
import { openNamed, type SourceLike } from '../open/open-source.ts'
import type { ByteSource, SourceOptions } from '../sources/source.ts'
import { availableMemory } from './available-memory.ts'
import { bytesOfCodes, CODE_BITS, indexName } from './index-layout.ts'
import { IndexTokens } from './index-tokens.ts'
import { type KeptSource, keptSource } from './kept-source.ts'
import { type OpenIndex, readIndexHeader } from './load-index.ts'
import type { StoredFile } from './open-stored-file.ts'
import type { ViewOptions } from './options.ts'
import { SharedRead } from './shared-read.ts'

/** Opened when it is first needed, and read from until the table is closed. */
export class IndexFile {
  readonly #opened: SharedRead<OpenIndex>
  /** Where it is kept for the next time. */
  #kept: KeptSource | undefined

  constructor(
    private readonly stored: StoredFile,
    private readonly given: SourceLike | undefined,
    options: SourceOptions,
    { cache, memory }: Pick<ViewOptions, 'cache' | 'memory'> = {},
  ) {
    this.#opened = new SharedRead(async (signal) => {
      const found = await openIndex(stored, given, { ...options, signal }, memory)
      try {
        this.#kept = await keptSource(found, cache)
        return await readIndexHeader(this.#kept?.source ?? found, stored, signal)
      } catch (error) {
        await this.#close(found)
        throw error
      }
    })
  }

  /** @throws `NOT_FOUND` where there is none, and as `readIndexHeader`. The next call tries again. */
  async open(signal: AbortSignal | undefined): Promise<OpenIndex> {
    return this.#opened.get(signal)
  }

  /** What `read` makes of parts that are read whole: where an index is kept, all of them are. */
  async readWhole<Result>(
    read: (index: OpenIndex) => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    const opened = await this.open(signal)
    return this.#kept === undefined ? read(opened) : this.#kept.keepAll(() => read(opened))
  }

  /**
   * Its tokens. Undefined where it has none, and where there is no index of these rows: the tokens of the
   * table's file are as good.
   *
   * @throws `CHECKSUM_MISMATCH`, and what the source throws
   */
  async tokens(signal: AbortSignal): Promise<IndexTokens | undefined> {
    try {
      await this.open(signal)
    } catch {
      signal.throwIfAborted()
      return undefined
    }
    return this.readWhole((opened) => IndexTokens.open(opened, this.stored.file.size, signal), signal)
  }

  /** Closes it. An opening under way is ended by `reason`. */
  async dispose(reason: unknown): Promise<void> {
    const opened = await this.#opened.end(reason)
    if (opened !== undefined) await this.#close(opened.source)
  }

  /** The caller's own source is left open. */
  async #close(source: ByteSource): Promise<void> {
    if (source !== this.given) await source.close?.()
  }
}

async function openIndex(
  { file }: StoredFile,
  given: SourceLike | undefined,
  options: SourceOptions,
  memory: ViewOptions['memory'],
): Promise<ByteSource> {
  const { source, size, dimension } = file
  if (given !== undefined) return openNamed(given, source, options)
  const room = typeof memory === 'number' ? memory : availableMemory()
  const order = bytesOfCodes(size, dimension, 8) <= room ? CODE_BITS : CODE_BITS.toReversed()
  for (const bits of order) {
    const found = await source.sibling?.(indexName(source.name, bits))
    if (found !== undefined) return found
  }
  const name = indexName(source.name, 8)
  throw new RowspaceError(
    'NOT_FOUND',
    `${source.name} has no index beside it (${name}), by which it is searched where it lies. Make one: ` +
      'npx rowspace index, or writeIndex(). Or load the table by openTable().',
    { source: source.name, index: name },
  )
}
