/** A file of the hub: what is kept of it is read from the cache, what is not is fetched, and kept. */
import { isRowspaceError } from '../core/errors.ts'
import { joinBytes } from '../core/join-bytes.ts'
import { checkRange } from '../sources/bytes.ts'
import type { ByteSource, ReadOptions } from '../sources/source.ts'
import type { CachedChunks } from './cached-chunks.ts'

export interface CachedFile {
  name: string
  size: number
  version: string
  kept: CachedChunks
  /** Called at the first byte that is not kept, and once. */
  connect: () => Promise<ByteSource>
  sibling: (name: string) => Promise<ByteSource | undefined>
  /** Called if the hub has another file under this name now. */
  onChanged?: (() => Promise<void>) | undefined
  /** Told once, if nothing more can be kept. */
  onCacheFailure: (error: unknown) => void
}

export class CachedSource implements ByteSource {
  readonly name: string
  readonly size: number
  readonly version: string
  readonly concurrency = 4
  readonly #file: CachedFile
  #remote: Promise<ByteSource> | undefined
  #connected: ByteSource | undefined
  #keeps = true
  readonly #siblings: ByteSource[] = []

  constructor(file: CachedFile, connected?: ByteSource) {
    this.name = file.name
    this.size = file.size
    this.version = file.version
    this.#file = file
    this.#connected = connected
    this.#remote = connected && Promise.resolve(connected)
  }

  /** Bytes that came over the network, for files beside it too. */
  get bytesRead(): number {
    return this.#siblings.reduce(
      (sum, beside) => sum + (beside.bytesRead ?? 0),
      this.#connected?.bytesRead ?? 0,
    )
  }

  async read(start: number, end: number, options: ReadOptions = {}): Promise<Uint8Array> {
    options.signal?.throwIfAborted()
    checkRange(this.name, start, end, this.size)
    const chunks: Uint8Array[] = []
    for (let position = start; position < end; ) {
      const chunk = await this.#chunk(position, end, options)
      options.signal?.throwIfAborted()
      chunks.push(chunk)
      position += chunk.length
    }
    return joinBytes(chunks)
  }

  async readInto(start: number, target: Uint8Array, options: ReadOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()
    const end = start + target.length
    checkRange(this.name, start, end, this.size)
    for (let position = start; position < end; ) {
      const kept = await this.#file.kept.readFrom(position, end)
      options.signal?.throwIfAborted()
      const to = typeof kept === 'number' ? kept : position + kept.length
      const place = target.subarray(position - start, to - start)
      if (typeof kept === 'number') await this.#fetchInto(position, place, options)
      else place.set(kept)
      position = to
    }
  }

  async #fetchInto(position: number, place: Uint8Array, options: ReadOptions): Promise<void> {
    await this.#fetch(async (remote) => {
      if (remote.readInto !== undefined) return remote.readInto(position, place, options)
      place.set(await remote.read(position, position + place.length, options))
    })
    // stores take no shared memory
    await this.#keep(position, isShared(place) ? place.slice() : place)
  }

  async sibling(name: string): Promise<ByteSource | undefined> {
    const beside = await this.#file.sibling(name)
    if (beside !== undefined) this.#siblings.push(beside)
    return beside
  }

  async close(): Promise<void> {
    await this.#connected?.close?.()
  }

  async #chunk(position: number, end: number, options: ReadOptions): Promise<Uint8Array> {
    const kept = await this.#file.kept.readFrom(position, end)
    if (typeof kept !== 'number') return kept
    const bytes = await this.#fetch((remote) => remote.read(position, kept, options))
    await this.#keep(position, bytes)
    return bytes
  }

  async #fetch<Result>(read: (remote: ByteSource) => Promise<Result>): Promise<Result> {
    try {
      return await read(await this.#connect())
    } catch (error) {
      if (isRowspaceError(error, 'CHANGED')) await this.#file.onChanged?.()
      throw error
    }
  }

  async #connect(): Promise<ByteSource> {
    this.#remote ??= this.#file.connect()
    try {
      this.#connected = await this.#remote
      return this.#connected
    } catch (error) {
      this.#remote = undefined
      throw error
    }
  }

  /** A disk that is full costs the cache, not the table. */
  async #keep(start: number, bytes: Uint8Array): Promise<void> {
    if (!this.#keeps || bytes.length === 0) return
    try {
      await this.#file.kept.keep(start, bytes)
    } catch (error) {
      if (this.#keeps) this.#file.onCacheFailure(error)
      this.#keeps = false
    }
  }
}

function isShared({ buffer }: Uint8Array): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer
}
