/**
 * The parts of one version of one file that are kept: what was read of it, and nothing else. Each file `<start>-<end>-<hash>.part`
 * of its folder holds the bytes [start, end); the hash is of them.
 *
 * Each part is written whole or not at all, and none is ever altered: two processes that fetch at once write the same
 * bytes, and one that is killed leaves the parts it had.
 */
import { hashOf } from './layout.ts'
import type { Store } from './store.ts'

/** Part of a file, kept. */
interface Extent {
  start: number
  end: number
  path: string
}

/** The part that was used last, if it is no larger: headers are read in small pieces. */
const REMEMBERED_BYTES = 1 << 20

export class CachedChunks {
  readonly #store: Store
  readonly #folder: string
  /** By start. */
  #extents: Extent[]
  #remembered: { path: string; bytes: Uint8Array } | undefined

  private constructor(store: Store, folder: string, extents: Extent[]) {
    this.#store = store
    this.#folder = folder
    this.#extents = extents
  }

  static async open(store: Store, folder: string): Promise<CachedChunks> {
    const extents = (await store.list(folder)).map(parseExtent).filter((each) => each !== undefined)
    return new CachedChunks(store, folder, extents.sort(byStart))
  }

  /**
   * The kept bytes from `position` on, as far as one part goes and at most to `end`; where nothing is kept there, where the
   * next kept part begins.
   */
  async readFrom(position: number, end: number): Promise<Uint8Array | number> {
    for (;;) {
      const extent = this.#extents.find((each) => each.start <= position && position < each.end)
      if (extent === undefined) {
        const next = this.#extents.find((each) => each.start > position)
        return Math.min(end, next?.start ?? end)
      }
      const bytes = await this.#bytesOf(extent)
      if (bytes !== undefined) return bytes.subarray(position - extent.start, end - extent.start)
      this.#extents = this.#extents.filter((each) => each !== extent)
    }
  }

  async keep(start: number, bytes: Uint8Array): Promise<void> {
    const end = start + bytes.length
    const path = `${this.#folder}/${start}-${end}-${await hashOf(bytes)}.part`
    await this.#store.put(path, bytes)
    this.#extents = [...this.#extents, { start, end, path }].sort(byStart)
  }

  /** Undefined, and taken away, if the part is not what it was when it was kept. */
  async #bytesOf({ start, end, path }: Extent): Promise<Uint8Array | undefined> {
    if (this.#remembered?.path === path) return this.#remembered.bytes
    const bytes = await this.#store.get(path)
    const sound = bytes?.length === end - start && path.endsWith(`-${await hashOf(bytes)}.part`)
    if (!sound) {
      await this.#store.remove([path])
      return undefined
    }
    if (bytes.length <= REMEMBERED_BYTES) this.#remembered = { path, bytes }
    return bytes
  }
}

const byStart = (a: Extent, b: Extent) => a.start - b.start || b.end - a.end

/** Reads the name of a part; undefined for any other file. */
export function parseExtent(path: string): Extent | undefined {
  const match = /(?:^|\/)(\d+)-(\d+)-[0-9a-f]{32}\.part$/.exec(path)
  return match === null ? undefined : { start: Number(match[1]), end: Number(match[2]), path }
}
