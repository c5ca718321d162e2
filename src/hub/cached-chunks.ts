/**
 * The cached parts of one version of one file: what was read of it, and nothing else. Each file
 * `<start>-<end>-<hash>.part` of its folder holds the bytes [start, end); the hash is of them.
 *
 * Each part is written whole or not at all, and none is ever altered: two processes that fetch at once write
 * the same bytes, and one that is killed leaves the parts it had.
 */
import { hashOf } from './layout.ts'
import type { Store } from './store.ts'

/** A cached part of a file. */
interface Extent {
  start: number
  end: number
  path: string
}

/** The part that was read last is held if it is no larger: headers are read in small steps. */
const HELD_BYTES = 1 << 20

export class CachedChunks {
  #held: { path: string; bytes: Uint8Array } | undefined

  /** @param extents by start */
  private constructor(
    private readonly store: Store,
    private readonly folder: string,
    private extents: readonly Extent[],
  ) {}

  static async open(store: Store, folder: string): Promise<CachedChunks> {
    const extents = (await store.list(folder)).map(parseExtent).filter((each) => each !== undefined)
    return new CachedChunks(store, folder, extents.sort(byStart))
  }

  /**
   * The cached bytes from `position` on, as far as one part goes and at most to `end`; where nothing is
   * cached there, the position where the next cached part begins.
   */
  async readFrom(position: number, end: number): Promise<Uint8Array | number> {
    for (;;) {
      const extent = this.extents.find((each) => each.start <= position && position < each.end)
      if (extent === undefined) {
        const next = this.extents.find((each) => each.start > position)
        return Math.min(end, next?.start ?? end)
      }
      const bytes = await this.#bytesOf(extent)
      if (bytes !== undefined) return bytes.subarray(position - extent.start, end - extent.start)
      this.extents = this.extents.filter((each) => each !== extent)
    }
  }

  get isEmpty(): boolean {
    return this.extents.length === 0
  }

  /** Removes all of them. */
  async clear(): Promise<void> {
    const paths = this.extents.map(({ path }) => path)
    this.extents = []
    this.#held = undefined
    await this.store.remove(paths)
  }

  async add(start: number, bytes: Uint8Array): Promise<void> {
    const end = start + bytes.length
    const path = `${this.folder}/${start}-${end}-${await hashOf(bytes)}.part`
    await this.store.put(path, bytes)
    this.extents = [...this.extents, { start, end, path }].sort(byStart)
  }

  /** Undefined, and removed, if the part is not what was added. */
  async #bytesOf({ start, end, path }: Extent): Promise<Uint8Array | undefined> {
    if (this.#held?.path === path) return this.#held.bytes
    const bytes = await this.store.get(path)
    if (bytes?.length !== end - start || !path.endsWith(`-${await hashOf(bytes)}.part`)) {
      await this.store.remove([path])
      return undefined
    }
    if (bytes.length <= HELD_BYTES) this.#held = { path, bytes }
    return bytes
  }
}

const byStart = (a: Extent, b: Extent) => a.start - b.start

/** Reads the name of a part; undefined for any other file. */
export function parseExtent(path: string): Extent | undefined {
  const match = /(?:^|\/)(\d+)-(\d+)-[0-9a-f]{32}\.part$/.exec(path)
  return match === null ? undefined : { start: Number(match[1]), end: Number(match[2]), path }
}
