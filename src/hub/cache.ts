/**
 * What is cached of the hub's models, and which version of a file a revision stands for. layout.ts says where.
 *
 * No token is ever in it, and no address that a redirect led to.
 */
import { CachedChunks, parseExtent } from './cached-chunks.ts'
import { endpointFolder, hashOf, modelFolder, modelFolderOf } from './layout.ts'
import { type HubName, hubNameText, isPlainPath } from './name.ts'
import type { Store } from './store.ts'

/** What the hub said of a file. */
export interface KnownFile {
  etag: string
  size: number
  /** The commit that the revision stood for, where the hub told. */
  commit?: string | undefined
}

/** `absent`: the hub has no such file. `chosen`: the file that stands for the model, where none is named. */
export type Known = KnownFile | { absent: true } | { chosen: string }

export class HubCache {
  /** @param endpoint the whole address, as endpointText() gives it */
  constructor(
    readonly store: Store,
    readonly endpoint: string,
  ) {}

  /** What the hub said of this file, or of the whole model where none is named. */
  async known(name: HubName): Promise<Known | undefined> {
    const bytes = await this.store.get(await this.#knownPath(name))
    return bytes && parseKnown(bytes, this.endpoint, hubNameText(name))
  }

  async setKnown(name: HubName, known: Known): Promise<void> {
    const record = { endpoint: this.endpoint, name: hubNameText(name), ...known }
    await this.store.put(await this.#knownPath(name), toJson(record))
  }

  async forget(name: HubName): Promise<void> {
    await this.store.remove([await this.#knownPath(name)])
  }

  async open(name: HubName, { etag, size }: KnownFile): Promise<CachedChunks> {
    const { owner, model, file } = name
    const hash = await hashOf(this.endpoint, owner, model, file, etag, size)
    const folder = `${await this.#folder(name)}/files/${hash}`
    const about = `${folder}/about.json`
    if ((await this.store.get(about)) === undefined) {
      await this.store.put(about, toJson({ endpoint: this.endpoint, name: hubNameText(name), etag, size }))
    }
    return CachedChunks.open(this.store, folder)
  }

  async #folder(name: HubName): Promise<string> {
    return `${await endpointFolder(this.endpoint)}/${modelFolder(name)}`
  }

  async #knownPath(name: HubName): Promise<string> {
    return `${await this.#folder(name)}/known/${await hashOf(this.endpoint, hubNameText(name))}.json`
  }
}

const toJson = (record: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(record))

function parseRecord(bytes: Uint8Array | undefined): Record<string, unknown> | undefined {
  try {
    const record = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return typeof record === 'object' && record !== null ? record : undefined
  } catch {
    return undefined
  }
}

/** Undefined for what was cut short, altered, or belongs to another endpoint or name. */
function parseKnown(bytes: Uint8Array, expectedEndpoint: string, expectedName: string): Known | undefined {
  const { endpoint, name, absent, chosen, etag, size, commit } = parseRecord(bytes) ?? {}
  if (name !== expectedName || endpoint !== expectedEndpoint) return undefined
  if (absent === true) return { absent }
  if (typeof chosen === 'string') return isPlainPath(chosen) ? { chosen } : undefined
  if (typeof etag !== 'string' || !isSize(size)) return undefined
  return { etag, size, commit: typeof commit === 'string' ? commit : undefined }
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/** A file that is cached, in part or whole. */
export interface CachedEntry {
  /** hf:owner/model[@revision]/file */
  name: string
  /** The address of the hub it came from. */
  endpoint: string
  /** Bytes that are cached. */
  kept: number
  /** Bytes of the whole file. */
  size: number
  /** The hub's tag of this version of the file. */
  etag: string
}

/** All files of which something is kept, by name. */
export async function listCached(store: Store): Promise<CachedEntry[]> {
  const entries: CachedEntry[] = []
  const paths = await store.list('')
  const kept = cachedBytes(paths)
  for (const about of paths.filter((path) => path.endsWith('/about.json'))) {
    const { name, endpoint, etag, size } = parseRecord(await store.get(about)) ?? {}
    if (typeof name !== 'string' || typeof endpoint !== 'string') continue
    if (typeof etag !== 'string' || !isSize(size)) continue
    entries.push({ name, endpoint, kept: kept.get(folderOf(about)) ?? 0, size, etag })
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

/** Bytes of the parts in each folder. */
function cachedBytes(paths: readonly string[]): Map<string, number> {
  const bytes = new Map<string, number>()
  for (const path of paths) {
    const extent = parseExtent(path)
    if (extent === undefined) continue
    bytes.set(folderOf(path), (bytes.get(folderOf(path)) ?? 0) + extent.end - extent.start)
  }
  return bytes
}

/** Removes what is kept of one model, of every endpoint and revision, or of all models. Returns the bytes freed. */
export async function removeCached(store: Store, name?: Pick<HubName, 'owner' | 'model'>): Promise<number> {
  const wanted = name && modelFolder(name)
  const paths = await store.list('')
  const removed = paths.filter((path) => wanted === undefined || modelFolderOf(path) === wanted)
  await store.remove(removed)
  return [...cachedBytes(removed).values()].reduce((sum, bytes) => sum + bytes, 0)
}
