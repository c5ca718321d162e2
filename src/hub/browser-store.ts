/** The cache on a page: the Cache API, where an entry appears whole or not at all. */
import { RowspaceError } from '../core/errors.ts'
import { isOwnPath, LAYOUT } from './layout.ts'
import type { Store } from './store.ts'

/** A host that exists nowhere: the addresses are names and are never fetched. */
const ORIGIN = 'https://rowspace.invalid/'

export class BrowserStore implements Store {
  readonly name = LAYOUT

  async get(path: string): Promise<Uint8Array | undefined> {
    const response = await (await this.#cache()).match(ORIGIN + path)
    return response && new Uint8Array(await response.arrayBuffer())
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    try {
      await (await this.#cache()).put(ORIGIN + path, new Response(bytes as Uint8Array<ArrayBuffer>))
    } catch (cause) {
      const text = `The browser's cache stored nothing: ${(cause as Error).message}`
      throw new RowspaceError('IO', text, { cause })
    }
  }

  async list(folder: string): Promise<string[]> {
    const keys = await (await this.#cache()).keys()
    const paths = keys.filter(({ url }) => url.startsWith(ORIGIN)).map(({ url }) => url.slice(ORIGIN.length))
    return paths.filter((path) => isOwnPath(path) && (folder === '' || path.startsWith(`${folder}/`)))
  }

  async remove(paths: readonly string[]): Promise<void> {
    const cache = await this.#cache()
    for (const path of paths) await cache.delete(ORIGIN + path)
  }

  #cache(): Promise<Cache> {
    return globalThis.caches.open(this.name)
  }
}
