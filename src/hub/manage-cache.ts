/** What is kept of models, to look at and to clear. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import { checkCache } from '../sources/options.ts'
import { type CachedEntry, listCached, removeCached } from './cache.ts'
import { parseHubName } from './name.ts'
import { openStore } from './settings.ts'

/** Every file of which something is kept. @param cache the folder, where it is another than ROWSPACE_CACHE */
export async function listCache(cache: true | string = true): Promise<CachedEntry[]> {
  checkCache('cache', cache)
  const store = openStore(cache)
  return store === undefined ? [] : listCached(store)
}

/**
 * Takes away what is kept of a model (`hf:owner/name`, every revision and file), or of all where none is named.
 *
 * @returns the bytes that were freed
 */
export async function clearCache(name?: string, cache: true | string = true): Promise<number> {
  const parsed = name === undefined ? undefined : parseHubName(name)
  if (parsed !== undefined && (parsed.file !== undefined || /^[^/]*\/[^/]*@/.test(name ?? ''))) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `${describe(name)}: the cache is cleared by model, with all its revisions and files: hf:${parsed.owner}/${parsed.model}.`,
    )
  }
  checkCache('cache', cache)
  const store = openStore(cache)
  return store === undefined ? 0 : removeCached(store, parsed)
}
