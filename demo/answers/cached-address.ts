/**
 * A table at an address, cached in this browser as it is read, so that an interrupted load resumes and the
 * next visit needs no network. (Models by name are cached by rowspace itself.)
 */
import { isRowspaceError } from 'rowspace'
import { type ByteSource, openSource } from 'rowspace/formats'

const CACHE = 'rowspace-addresses'
const BLOCK = 1 << 20

interface Manifest {
  size: number
  /** The strong ETag: without one, versions of the file cannot be distinguished, and nothing is cached. */
  version: string
}

/** Keys of the cache must be addresses of the web; this host exists nowhere. */
const keyOf = (address: string, part: number | 'manifest') =>
  `https://cached.invalid/${encodeURIComponent(address)}/${part}`

/** Opens an address; where it cannot be reached, what is cached of it. */
export async function cachedAddress(address: string, signal: AbortSignal): Promise<ByteSource> {
  const cache = await openCache()
  try {
    const source = await openSource(new URL(address), { signal })
    return cache === undefined ? source : await cached(cache, address, source)
  } catch (error) {
    if (cache === undefined || signal.aborted || !isUnreachable(error)) throw error
    const manifest = await readManifest(cache, address)
    if (manifest === undefined) throw error
    return cachedSource(cache, address, manifest, () => Promise.reject(error))
  }
}

/** No answer at all, where an answer of any status would be the address's last word. */
function isUnreachable(error: unknown): boolean {
  return isRowspaceError(error) && error.details.status === undefined
}

/** Undefined where a page may not cache. */
async function openCache(): Promise<Cache | undefined> {
  return globalThis.caches?.open(CACHE).catch(() => undefined)
}

async function readManifest(cache: Cache, address: string): Promise<Manifest | undefined> {
  return (await cache.match(keyOf(address, 'manifest')))?.json()
}

async function cached(cache: Cache, address: string, source: ByteSource): Promise<ByteSource> {
  const { size, version } = source
  if (version === undefined) return source
  const known = await readManifest(cache, address)
  if (known?.version !== version || known.size !== size) {
    await forgetAddress(address)
    await cache.put(keyOf(address, 'manifest'), Response.json({ size, version }))
  }
  const blocks = cachedSource(cache, address, { size, version }, (start, end, signal) =>
    source.read(start, end, { signal }),
  )
  return {
    ...blocks,
    concurrency: source.concurrency ?? 1,
    sibling: async (name) => {
      const beside = await source.sibling?.(name)
      return beside && cached(cache, new URL(encodeURIComponent(name), address).href, beside)
    },
  }
}

type Read = (start: number, end: number, signal: AbortSignal | undefined) => Promise<Uint8Array>

/** Reads whole blocks: from the cache, else by `fetchBytes`, and then they are cached. */
function cachedSource(
  cache: Cache,
  address: string,
  { size, version }: Manifest,
  fetchBytes: Read,
): ByteSource {
  // the blocks read last: neighbouring reads share one
  const recent = new Map<number, Promise<Uint8Array>>()
  const readBlock = async (block: number, signal: AbortSignal | undefined): Promise<Uint8Array> => {
    const key = keyOf(address, block)
    const found = await cache.match(key)
    if (found !== undefined) return new Uint8Array(await found.arrayBuffer())
    const bytes = await fetchBytes(block * BLOCK, Math.min(size, (block + 1) * BLOCK), signal)
    // a full disk costs the next visit its time, not this one its table
    await cache.put(key, new Response(bytes.slice())).catch(() => {})
    return bytes
  }
  const blockOf = (block: number, signal: AbortSignal | undefined) => {
    const found = recent.get(block) ?? readBlock(block, signal)
    recent.delete(block)
    recent.set(block, found)
    found.catch(() => recent.delete(block))
    for (const oldest of recent.keys()) if (recent.size > 8) recent.delete(oldest)
    return found
  }
  return {
    name: address,
    size,
    version,
    async read(start, end, { signal } = {}) {
      const bytes = new Uint8Array(end - start)
      for (let at = start; at < end; ) {
        const block = Math.floor(at / BLOCK)
        const stop = Math.min(end, (block + 1) * BLOCK)
        const whole = await blockOf(block, signal)
        bytes.set(whole.subarray(at - block * BLOCK, stop - block * BLOCK), at - start)
        at = stop
      }
      return bytes
    },
    sibling: async (name) => {
      const beside = new URL(encodeURIComponent(name), address).href
      const manifest = await readManifest(cache, beside)
      return manifest && cachedSource(cache, beside, manifest, fetchBytes)
    },
  }
}

/** The addresses of which anything is cached, and how many bytes. */
export async function listAddresses(): Promise<{ name: string; bytes: number }[]> {
  const found = new Map<string, number>()
  const cache = await openCache()
  for (const { url } of (await cache?.keys()) ?? []) {
    const [, address = '', part = ''] = new URL(url).pathname.split('/')
    const name = decodeURIComponent(address)
    found.set(name, (found.get(name) ?? 0) + (part === 'manifest' ? 0 : BLOCK))
  }
  return Array.from(found, ([name, bytes]) => ({ name, bytes }))
}

export async function forgetAddress(address: string): Promise<void> {
  const cache = await openCache()
  const prefix = keyOf(address, 'manifest').replace(/manifest$/, '')
  for (const request of (await cache?.keys()) ?? []) {
    if (request.url.startsWith(prefix)) await cache?.delete(request)
  }
}
