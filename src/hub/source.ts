/** Opens a file of the hub: from what is kept, else over the network. */
import { isRowspaceError, RowspaceError } from '../core/errors.ts'
import { readOptions } from '../core/strict-options.ts'
import { stepsBeside } from '../sources/beside.ts'
import { SOURCE_OPTIONS } from '../sources/options.ts'
import type { ByteSource, SourceOptions } from '../sources/source.ts'
import { type UrlSource, urlSource } from '../sources/url.ts'
import { HubCache, type Known, type KnownFile } from './cache.ts'
import { CachedSource } from './cached-source.ts'
import { chooseListed, USUAL_FILES } from './choose-file.ts'
import { endpointText } from './layout.ts'
import { readListing } from './listing.ts'
import { checkPath, checkRevision, type HubName, hubNameText, parseHubName } from './name.ts'
import { hubError, offlineError } from './refusals.ts'
import { type HubSettings, readSettings } from './settings.ts'

/**
 * Opens `hf:owner/name[@revision][/file]`. Without a file it is `model.safetensors`, else `model.safetensors.index.json`, else a GGUF
 * file. What is read of it is kept, so that opening it again needs no network; `hub.refresh` asks whether it has changed.
 *
 * @throws `INVALID_ARGUMENT` for a name that is none; `NOT_FOUND`, `ACCESS_DENIED`, `OFFLINE`, `IO`, each with what to do
 */
export async function hubSource(text: string, options: SourceOptions = {}): Promise<ByteSource> {
  const name = parseHubName(text)
  const hub = new Hub(readSettings(readOptions(options, SOURCE_OPTIONS, 'the options of hubSource()')))
  return name.file === undefined ? hub.openModel(name) : hub.openFile(name)
}

const isFile = (known: Known | undefined): known is KnownFile => known !== undefined && 'etag' in known
const isAbsent = (known: Known | undefined): boolean => known !== undefined && 'absent' in known

class Hub {
  readonly #cache: HubCache | undefined
  #warned = false

  constructor(readonly settings: HubSettings) {
    const { store, endpoint } = settings
    this.#cache = store && new HubCache(store, endpointText(endpoint))
  }

  /** The file that stands for a model. */
  async openModel(name: HubName): Promise<ByteSource> {
    const known = await this.#known(name)
    if (known !== undefined && 'chosen' in known) return this.openFile({ ...name, file: known.chosen })
    for (const file of USUAL_FILES) {
      const source = await this.#openIfThere({ ...name, file })
      if (source === undefined) continue
      await this.#remember(name, { chosen: file })
      return source
    }
    const chosen = chooseListed(name, await this.#listFiles(name))
    const source = await this.openFile({ ...name, file: chosen })
    await this.#remember(name, { chosen })
    return source
  }

  /** @throws `NOT_FOUND` */
  async openFile(name: HubName): Promise<ByteSource> {
    const known = await this.#known(name)
    if (isFile(known)) return this.#openKnown(name, known)
    return this.#fetch(name)
  }

  async #openIfThere(name: HubName): Promise<ByteSource | undefined> {
    if (isAbsent(await this.#known(name))) return undefined
    try {
      return await this.openFile(name)
    } catch (error) {
      // 404 of the file alone: of a model or a revision that is not there, nobody need look for other files
      const { status, errorCode } = isRowspaceError(error) ? error.details : {}
      if (status !== 404 || !/^(EntryNotFound|undefined)$/.test(String(errorCode))) throw error
      if (errorCode !== undefined) await this.#remember(name, { absent: true })
      return undefined
    }
  }

  async #openKnown(name: HubName, known: KnownFile): Promise<ByteSource> {
    return new CachedSource({
      ...this.#described(name, known),
      kept: await this.#cache!.open(name, known),
      connect: async () => {
        // one byte, to see that it is still the same file
        const remote = await this.#connect(name, known.commit, 1)
        const { etag, size } = describe(remote)
        if (etag === known.etag && size === known.size) return remote
        throw changedError(name)
      },
    })
  }

  /** What is not known yet: the first answer tells. */
  async #fetch(name: HubName): Promise<ByteSource> {
    const remote = await this.#connect(name)
    const { etag, size, commit } = describe(remote)
    // without a tag nobody could tell one version of the file from another
    if (etag === undefined || this.#cache === undefined) return this.#uncached(name, remote, commit)
    const known = { etag, size, commit }
    try {
      const kept = await this.#cache.open(name, known)
      await this.#cache.setKnown(name, known)
      const file = { ...this.#described(name, known), kept, connect: async () => remote }
      return new CachedSource(file, remote)
    } catch (error) {
      this.#warn(error)
      return this.#uncached(name, remote, commit)
    }
  }

  #described(name: HubName, { etag, size, commit }: KnownFile) {
    return {
      name: hubNameText(name),
      size,
      version: etag,
      sibling: (beside: string) => this.#sibling(name, beside, commit),
      // what was known of it is forgotten, so that the next opening asks anew
      onChanged: () => this.#cache?.forget(name).catch((error) => this.#warn(error)) ?? Promise.resolve(),
      onCacheFailure: (error: unknown) => this.#warn(error),
    }
  }

  #uncached(name: HubName, remote: ByteSource, commit: string | undefined): ByteSource {
    return {
      name: hubNameText(name),
      size: remote.size,
      version: remote.version,
      concurrency: remote.concurrency ?? 1,
      get bytesRead() {
        return remote.bytesRead ?? 0
      },
      read: (start, end, options) => remote.read(start, end, options),
      ...(remote.readInto === undefined
        ? {}
        : { readInto: (start, target, options) => remote.readInto!(start, target, options) }),
      sibling: (beside) => this.#sibling(name, beside, commit),
    }
  }

  /** Shards and tokenizers come from the commit the first file came from: they belong together. */
  #sibling(name: HubName, beside: string, commit: string | undefined): Promise<ByteSource | undefined> {
    const folder = name.file?.replace(/[^/]*$/, '') ?? ''
    const file = folder + stepsBeside(hubNameText(name), beside).join('/')
    return this.#openIfThere({
      ...name,
      file,
      revision: commit ?? name.revision,
    })
  }

  async #connect(name: HubName, commit?: string, headBytes?: number): Promise<UrlSource> {
    return this.#request(name, this.#address(name, commit), headBytes)
  }

  async #request(name: HubName, url: URL, headBytes?: number): Promise<UrlSource> {
    if (this.settings.offline) throw offlineError(name)
    try {
      return await urlSource(url, { ...this.settings.source, headers: this.settings.headers }, headBytes)
    } catch (error) {
      throw hubError(error, name, this.settings)
    }
  }

  /** Whatever said so (a caller, a listing, an index, the cache), nothing outside of the repository is asked for. */
  #address(name: HubName, commit = name.revision): URL {
    const { owner, model, file = '' } = name
    checkPath(hubNameText(name), file)
    checkRevision(hubNameText(name), commit)
    const path = file.split('/').map(encodeURIComponent).join('/')
    return this.#under(`${owner}/${model}/resolve/${encodeURIComponent(commit)}/${path}`)
  }

  #under(path: string): URL {
    return new URL(`${endpointText(this.settings.endpoint)}/${path}`)
  }

  async #listFiles(name: HubName): Promise<string[]> {
    const path = `api/models/${name.owner}/${name.model}/revision/${encodeURIComponent(name.revision)}`
    return readListing(name, await this.#request(name, this.#under(path)), this.settings.source.signal)
  }

  async #known(name: HubName): Promise<Known | undefined> {
    if (this.settings.refresh) return undefined
    return this.#cache?.known(name)
  }

  async #remember(name: HubName, known: Known): Promise<void> {
    await this.#cache?.setKnown(name, known).catch((error) => this.#warn(error))
  }

  /** A cache that fails costs time, not the table. */
  #warn(error: unknown): void {
    if (this.#warned) return
    this.#warned = true
    const text = `nothing more is kept in the cache (${this.settings.store?.name}): ${(error as Error).message}`
    if (globalThis.process?.emitWarning) globalThis.process.emitWarning(text, 'RowspaceWarning')
    else console.warn(text)
  }
}

/** What the first answer says of a file. The tag is that of the content: a CDN behind the hub has others. */
function describe(remote: UrlSource): { etag: string | undefined; size: number; commit: string | undefined } {
  const etag = remote.header('x-linked-etag') ?? remote.header('etag')
  const commit = remote.header('x-repo-commit')
  return {
    etag: etag?.trim().replace(/^W\//, '') || undefined,
    size: remote.size,
    commit: commit !== null && /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined,
  }
}

function changedError(name: HubName): RowspaceError {
  const text = `${hubNameText(name)} has become another file since a part of it was kept: open it again.`
  return new RowspaceError('CHANGED', text, { name: hubNameText(name) })
}
