/**
 * What is kept of the hub's models, and which version of a file a revision stands for.
 *
 *   <host>/<owner>--<model>/revisions/<revision>/<file>.json   what the hub said last: Known
 *   <host>/<owner>--<model>/files/<key>/…                      kept-file.ts, by the file's ETag
 *
 * No token is ever in it, and no address that a redirect led to.
 */
import { hashOf, KeptFile, parseExtent } from './kept-file.ts'
import { type HubName, hubNameText } from './name.ts'
import { decodeStorePath, type Store, storePath } from './store.ts'

/** What the hub said of a file. */
export interface KnownFile {
  etag: string
  size: number
  /** The commit that the revision stood for, where the hub told. */
  commit?: string | undefined
}

/** `absent`: the hub has no such file. `chosen`: the file that stands for the model, where none is named. */
export type Known = KnownFile | { absent: true } | { chosen: string }

/** Where the choice of a model's file is kept: no path of a repository begins so. */
const CHOICE = '@chosen'

export class HubCache {
  constructor(
    readonly store: Store,
    readonly host: string,
  ) {}

  /** What the hub said of this file, or of the whole model where none is named. */
  async known(name: HubName): Promise<Known | undefined> {
    const bytes = await this.store.get(this.#knownPath(name))
    return bytes && parseKnown(bytes, hubNameText(name))
  }

  async setKnown(name: HubName, known: Known): Promise<void> {
    const text = JSON.stringify({ name: hubNameText(name), ...known })
    await this.store.put(this.#knownPath(name), new TextEncoder().encode(text))
  }

  async forget(name: HubName): Promise<void> {
    await this.store.remove(this.#knownPath(name))
  }

  async open(name: HubName, { etag, size }: KnownFile): Promise<KeptFile> {
    const key = await hashOf(new TextEncoder().encode(JSON.stringify([name.file, etag, size])))
    const folder = `${this.#model(name)}/${storePath('files', key)}`
    const about = `${folder}/about.json`
    if ((await this.store.get(about)) === undefined) {
      const text = JSON.stringify({ file: name.file, revision: name.revision, etag, size })
      await this.store.put(about, new TextEncoder().encode(text))
    }
    return KeptFile.open(this.store, folder)
  }

  #model({ owner, model }: HubName): string {
    return storePath(this.host, `${owner}--${model}`)
  }

  #knownPath(name: HubName): string {
    return `${this.#model(name)}/${storePath('revisions', name.revision, `${name.file ?? CHOICE}.json`)}`
  }
}

/** Undefined for what was cut short, altered, or belongs to a name that differs only where the disk sees no difference. */
function parseKnown(bytes: Uint8Array, expected: string): Known | undefined {
  try {
    const { name, ...known } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (name !== expected) return undefined
    if (known.absent === true || typeof known.chosen === 'string') return known
    return typeof known.etag === 'string' && Number.isSafeInteger(known.size) ? known : undefined
  } catch {
    return undefined
  }
}

/** A file that is kept, in part or whole. */
export interface KeptEntry {
  /** hf:owner/model[@revision]/file */
  name: string
  host: string
  /** Bytes kept, and bytes of the whole file. */
  kept: number
  size: number
  etag: string
}

/** All files of which something is kept, by name. */
export async function listKept(store: Store): Promise<KeptEntry[]> {
  const entries: KeptEntry[] = []
  const paths = await store.list('')
  for (const about of paths.filter((path) => path.endsWith('/about.json'))) {
    const entry = await readEntry(store, about, paths)
    if (entry !== undefined) entries.push(entry)
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function readEntry(
  store: Store,
  about: string,
  paths: readonly string[],
): Promise<KeptEntry | undefined> {
  const folder = about.slice(0, -'about.json'.length)
  const [host, repository] = decodeStorePath(about) as [string, string]
  const [owner = '', model = ''] = repository.split(/--(.*)/s)
  try {
    const bytes = await store.get(about)
    const { file, revision, etag, size } = JSON.parse(new TextDecoder().decode(bytes))
    const extents = paths.filter((path) => path.startsWith(folder)).map(parseExtent)
    const kept = extents.reduce((sum, extent) => sum + (extent ? extent.end - extent.start : 0), 0)
    return { name: hubNameText({ owner, model, revision, file }), host, kept, size, etag }
  } catch {
    return undefined
  }
}

/** Takes away what is kept of one model, of every revision, or of all models. Returns the bytes that were freed. */
export async function removeKept(store: Store, name?: Pick<HubName, 'owner' | 'model'>): Promise<number> {
  const paths = await store.list('')
  const wanted = name && storePath(`${name.owner}--${name.model}`)
  const models = new Set(paths.map((path) => path.split('/').slice(0, 2).join('/')))
  let freed = 0
  for (const model of models) {
    if (wanted !== undefined && model.split('/')[1] !== wanted) continue
    for (const extent of paths.filter((path) => path.startsWith(`${model}/`)).map(parseExtent)) {
      if (extent !== undefined) freed += extent.end - extent.start
    }
    await store.remove(model)
  }
  return freed
}
