/** An index that comes from an http(s) address is kept: at the next visit its head alone is downloaded. */

import { isRowspaceError } from '../core/errors.ts'
import type { ByteSource } from '../sources/source.ts'
import { UrlSource } from '../sources/url.ts'

/** Smaller reads are not kept, but for those of the codes: each would be a file of its own. */
const MIN_BYTES = 1 << 16

export interface KeptSource {
  readonly source: ByteSource
  /**
   * Keeps all that `read` reads. Where what was kept does not have the checksums of the index, it is dropped and
   * downloaded again, once.
   */
  keepAll<Result>(read: () => Promise<Result>): Promise<Result>
}

/** Undefined for what is not kept. */
export async function keptSource(
  source: ByteSource,
  cache: boolean | string | undefined,
): Promise<KeptSource | undefined> {
  if (cache === false || !(source instanceof UrlSource)) return undefined
  const { cachedUrl } = await import('../hub/cached-url.ts')
  const cached = await cachedUrl(source, cache)
  if (cached === undefined) return undefined
  let { hadSome } = cached
  const kept = cached.source
  let underWay = 0
  kept.minCachedBytes = MIN_BYTES
  return {
    source: kept,
    async keepAll(read) {
      underWay++
      kept.minCachedBytes = 0
      try {
        return await read()
      } catch (error) {
        if (!isRowspaceError(error, 'CHECKSUM_MISMATCH')) throw error
        await cached.clear()
        if (!hadSome) throw error
        hadSome = false
        return await read()
      } finally {
        underWay--
        if (underWay === 0) kept.minCachedBytes = MIN_BYTES
      }
    },
  }
}
