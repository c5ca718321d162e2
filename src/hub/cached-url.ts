/**
 * A file at an http(s) address of which what is read is cached, as of models. Its head is read from the server each
 * time, with the caller's own headers: nobody gets from the cache what the server would not give, and what is cached
 * belongs to that head.
 */

import { warn } from '../core/warn.ts'
import type { UrlSource } from '../sources/url.ts'
import { CachedChunks } from './cached-chunks.ts'
import { CachedSource } from './cached-source.ts'
import { addressFolder, hashOf, shownAddress } from './layout.ts'
import { openStore } from './settings.ts'
import type { Store } from './store.ts'

export interface CachedUrl {
  readonly source: CachedSource
  /** Whether something of it was cached before it was opened. */
  readonly hadSome: boolean
  /** Removes what is cached of it. */
  clear(): Promise<void>
}

/**
 * What was cached of other versions of the file is removed. Undefined where nothing is to be cached: the server
 * tells no version from another or forbids it, the first answer was the whole file, or there is no place.
 */
export async function cachedUrl(
  remote: UrlSource,
  cache: boolean | string | undefined,
): Promise<CachedUrl | undefined> {
  const { revision, isWhole, size, name } = remote
  const store = openStore(cache ?? true)
  const isForbidden = /\bno-store\b/i.test(remote.header('cache-control') ?? '')
  if (store === undefined || revision === undefined || isWhole || isForbidden) return undefined
  const onCacheFailure = (error: unknown) =>
    warn(`nothing more is cached (${store.name}): ${(error as Error).message}`)
  let chunks: CachedChunks
  try {
    chunks = await openChunks(remote, revision, store)
  } catch (error) {
    onCacheFailure(error)
    return undefined
  }
  const hadSome = !chunks.isEmpty
  const clear = () => chunks.clear().catch(onCacheFailure)
  const source = new CachedSource({
    ...{ name, size, version: remote.version, chunks, remote, onCacheFailure },
    openSibling: async () => undefined,
    onChanged: clear,
  })
  return { source, hadSome, clear }
}

async function openChunks(remote: UrlSource, revision: string, store: Store): Promise<CachedChunks> {
  const { url, size, headBytes } = remote
  const address = await addressFolder(url)
  // a date has no parts of a second: two versions may have the same
  const head = await hashOf(await remote.read(0, Math.min(size, headBytes)))
  const folder = `${address}/files/${await hashOf(shownAddress(url) + url.search, revision, size, head)}`
  const all = await store.list(address)
  const others = all.filter((path) => !path.startsWith(`${folder}/`))
  if (others.length > 0) await store.remove(others)
  const about = `${folder}/about.json`
  if (!all.includes(about)) {
    const record = { endpoint: url.origin, name: shownAddress(url), etag: revision, size }
    await store.put(about, new TextEncoder().encode(JSON.stringify(record)))
  }
  return CachedChunks.open(store, folder)
}
