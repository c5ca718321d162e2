/** What is cached of models, and of files at addresses, to list and to clear. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import { checkCache } from '../sources/options.ts'
import { isSize, readRecord } from './cache.ts'
import { parseExtent } from './cached-chunks.ts'
import { addressFolder, modelFolder, modelFolderOf } from './layout.ts'
import { parseHubName } from './name.ts'
import { openStore } from './settings.ts'

/** A file that is cached, in part or whole. */
export interface CachedEntry {
  /** hf:owner/model[@revision]/file, or an http(s) address without its query. */
  name: string
  /** The address of the hub it came from, or the origin of its own. */
  endpoint: string
  /** Bytes that are cached. */
  cachedBytes: number
  /** Bytes of the whole file. */
  size: number
  /** The hub's tag of this version of the file; the date of its last change where a server gave no other. */
  etag: string
}

/** Every file of which something is cached, by name. @param cache the folder. Default: ROWSPACE_CACHE */
export async function listCache(cache: true | string = true): Promise<CachedEntry[]> {
  checkCache(cache)
  const store = openStore(cache)
  if (store === undefined) return []
  const paths = await store.list('')
  const bytes = new Map<string, number>()
  for (const path of paths) bytes.set(folderOf(path), (bytes.get(folderOf(path)) ?? 0) + partBytes(path))
  const entries: CachedEntry[] = []
  for (const path of paths.filter((each) => each.endsWith('/about.json'))) {
    const { name, endpoint, etag, size } = (await readRecord(store, path)) ?? {}
    if (typeof name !== 'string' || typeof endpoint !== 'string') continue
    if (typeof etag !== 'string' || !isSize(size)) continue
    entries.push({ name, endpoint, cachedBytes: bytes.get(folderOf(path)) ?? 0, size, etag })
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * Removes what is cached of a model (`hf:owner/name`, every revision and file), of a file at an http(s)
 * address, or of all where none is named.
 *
 * @returns the bytes that were freed
 */
export async function clearCache(name?: string, cache: true | string = true): Promise<number> {
  const address = name === undefined ? undefined : parseAddress(name)
  const parsed = name === undefined || address !== undefined ? undefined : parseHubName(name)
  if (parsed !== undefined && (parsed.file !== undefined || /^[^/]*\/[^/]*@/.test(name ?? ''))) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `${describe(name)}: the cache is cleared by model, with all its revisions and files: ` +
        `hf:${parsed.owner}/${parsed.model}.`,
    )
  }
  checkCache(cache)
  const store = openStore(cache)
  if (store === undefined) return 0
  const all = await store.list(address === undefined ? '' : await addressFolder(address))
  const removed = parsed ? all.filter((path) => modelFolderOf(path) === modelFolder(parsed)) : all
  await store.remove(removed)
  return removed.reduce((sum, path) => sum + partBytes(path), 0)
}

/** An http(s) address; undefined for what is none. */
export function parseAddress(name: string): URL | undefined {
  const isAddress = typeof name === 'string' && /^https?:\/\//i.test(name) && URL.canParse(name)
  return isAddress ? new URL(name) : undefined
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

/** Bytes of a part; 0 for any other file. */
function partBytes(path: string): number {
  const extent = parseExtent(path)
  return extent === undefined ? 0 : extent.end - extent.start
}
