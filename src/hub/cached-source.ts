/** A file of the hub: what is cached of it is read from the cache, the rest is fetched and cached. */
import { isRowspaceError } from '../core/errors.ts'
import { readBlockInto } from '../sources/blocks.ts'
import { CountingSource } from '../sources/range-source.ts'
import type { ByteSource, ReadOptions } from '../sources/source.ts'
import type { CachedChunks } from './cached-chunks.ts'

export interface CachedFile {
  name: string
  size: number
  version: string | undefined
  /** Undefined where nothing is cached. */
  chunks: CachedChunks | undefined
  /** The file on the hub, or what opens it: called at the first byte that is not cached, and once. */
  remote: ByteSource | (() => Promise<ByteSource>)
  openSibling: (steps: readonly string[]) => Promise<ByteSource | undefined>
  /** Called if the hub has another file under this name now. */
  onChanged?: (() => Promise<void>) | undefined
  /** Called once, if nothing more can be cached. */
  onCacheFailure: (error: unknown) => void
}

export class CachedSource extends CountingSource {
  readonly concurrency = 4
  /** What is read by fewer bytes is not cached. */
  minCachedBytes = 0
  #connecting: Promise<ByteSource> | undefined
  #connected: ByteSource | undefined
  #hasFailed = false

  constructor(private readonly file: CachedFile) {
    super(file.name, file.size)
    if (typeof file.remote !== 'function') this.#connected = file.remote
  }

  /** What is cached is cached by the mebibyte: a load that is stopped leaves what it had. */
  get blockBytes(): number | undefined {
    return this.file.chunks === undefined ? this.#connected?.blockBytes : undefined
  }

  get version(): string | undefined {
    return this.file.version
  }

  /** Bytes that came over the network, for files beside it too. */
  override get bytesRead(): number {
    return super.bytesRead + (this.#connected?.bytesRead ?? 0)
  }

  protected async fill(
    start: number,
    target: Uint8Array,
    signal: AbortSignal | undefined,
    onBytes?: ReadOptions['onBytes'],
  ): Promise<void> {
    const end = start + target.length
    for (let position = start; position < end; ) {
      const cached = await this.#cached(position, end)
      signal?.throwIfAborted()
      const to = typeof cached === 'number' ? cached : position + cached.length
      const place = target.subarray(position - start, to - start)
      if (typeof cached === 'number') await this.#fetch(position, place, { signal, onBytes })
      else place.set(cached)
      position = to
    }
  }

  protected openSibling(steps: readonly string[]): Promise<ByteSource | undefined> {
    return this.file.openSibling(steps)
  }

  async #fetch(position: number, place: Uint8Array, options: ReadOptions): Promise<void> {
    try {
      await readBlockInto(await this.#connect(), position, place, options)
    } catch (error) {
      if (isRowspaceError(error, 'CHANGED')) await this.file.onChanged?.()
      throw error
    }
    await this.#cache(position, place)
  }

  /** As `readFrom`. A cache that cannot be read costs time, not the table. */
  async #cached(position: number, end: number): Promise<Uint8Array | number> {
    try {
      return (await this.file.chunks?.readFrom(position, end)) ?? end
    } catch (error) {
      this.#fail(error)
      return end
    }
  }

  async #connect(): Promise<ByteSource> {
    const { remote } = this.file
    if (typeof remote !== 'function') return remote
    this.#connecting ??= remote()
    try {
      this.#connected = await this.#connecting
      return this.#connected
    } catch (error) {
      this.#connecting = undefined
      throw error
    }
  }

  /** A disk that is full costs the cache, not the table. */
  async #cache(start: number, bytes: Uint8Array): Promise<void> {
    const { chunks } = this.file
    if (chunks === undefined || this.#hasFailed || bytes.length < this.minCachedBytes) return
    try {
      // stores take no shared memory
      await chunks.add(start, isShared(bytes) ? bytes.slice() : bytes)
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (!this.#hasFailed) this.file.onCacheFailure(error)
    this.#hasFailed = true
  }
}

function isShared({ buffer }: Uint8Array): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer
}
