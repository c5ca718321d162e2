/** The cache on a page: the Cache API, where an entry appears whole or not at all. */
import { RowspaceError } from '../errors.ts'
import type { Store } from './store.ts'

/** A host that exists nowhere: the addresses are names and are never fetched. */
const ORIGIN = 'https://rowspace.invalid/'

export class BrowserStore implements Store {
  readonly name = 'rowspace'

  async get(path: string): Promise<Uint8Array | undefined> {
    const response = await (await this.#cache()).match(ORIGIN + path)
    return response && new Uint8Array(await response.arrayBuffer())
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    try {
      await (await this.#cache()).put(ORIGIN + path, new Response(bytes as Uint8Array<ArrayBuffer>))
    } catch (cause) {
      throw new RowspaceError('IO', `the browser's cache took nothing: ${(cause as Error).message}`, {
        cause,
      })
    }
  }

  async list(folder: string): Promise<string[]> {
    const keys = await (await this.#cache()).keys()
    const paths = keys.filter(({ url }) => url.startsWith(ORIGIN)).map(({ url }) => url.slice(ORIGIN.length))
    return folder === '' ? paths : paths.filter((path) => path.startsWith(`${folder}/`))
  }

  async remove(path: string): Promise<void> {
    const cache = await this.#cache()
    await cache.delete(ORIGIN + path)
    for (const below of await this.list(path)) await cache.delete(ORIGIN + below)
  }

  #cache(): Promise<Cache> {
    return globalThis.caches.open(this.name)
  }
}
