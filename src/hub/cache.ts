/**
 * What is cached of the hub's models, and which version of a file a revision stands for. layout.ts says
 * where.
 *
 * No token is ever in it, and no address that a redirect led to.
 */
import { CachedChunks } from './cached-chunks.ts'
import { endpointFolder, hashOf, modelFolder } from './layout.ts'
import { type HubName, hubNameText, isPlainPath } from './name.ts'
import type { Store } from './store.ts'

/** What the hub said of a file. */
export interface KnownFile {
  etag: string
  size: number
  /** The commit that the revision stood for, where the hub said so. */
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
    const record = await readRecord(this.store, await this.#knownPath(name))
    // what belongs to another endpoint or name was altered
    const isOwn = record?.endpoint === this.endpoint && record.name === hubNameText(name)
    return isOwn ? parseKnown(record) : undefined
  }

  async setKnown(name: HubName, known: Known): Promise<void> {
    await this.#write(await this.#knownPath(name), name, known)
  }

  async forget(name: HubName): Promise<void> {
    await this.store.remove([await this.#knownPath(name)])
  }

  async open(name: HubName, { etag, size }: KnownFile): Promise<CachedChunks> {
    const { owner, model, file } = name
    const hash = await hashOf(this.endpoint, owner, model, file, etag, size)
    const folder = `${await this.#folder(name)}/files/${hash}`
    const about = `${folder}/about.json`
    if ((await this.store.get(about)) === undefined) await this.#write(about, name, { etag, size })
    return CachedChunks.open(this.store, folder)
  }

  async #write(path: string, name: HubName, fields: object): Promise<void> {
    const record = { endpoint: this.endpoint, name: hubNameText(name), ...fields }
    await this.store.put(path, new TextEncoder().encode(JSON.stringify(record)))
  }

  async #folder(name: HubName): Promise<string> {
    return `${await endpointFolder(this.endpoint)}/${modelFolder(name)}`
  }

  async #knownPath(name: HubName): Promise<string> {
    return `${await this.#folder(name)}/known/${await hashOf(this.endpoint, hubNameText(name))}.json`
  }
}

/** Undefined for what is not there, was cut short or altered. */
export async function readRecord(store: Store, path: string): Promise<Record<string, unknown> | undefined> {
  const bytes = await store.get(path)
  try {
    const record = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (typeof record === 'object' && record !== null) return record
  } catch {}
  return undefined
}

function parseKnown({ absent, chosen, etag, size, commit }: Record<string, unknown>): Known | undefined {
  if (absent === true) return { absent }
  if (typeof chosen === 'string') return isPlainPath(chosen) ? { chosen } : undefined
  if (typeof etag !== 'string' || !isSize(size)) return undefined
  return { etag, size, commit: typeof commit === 'string' ? commit : undefined }
}

export const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
