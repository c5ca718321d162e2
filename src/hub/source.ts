/** Opens a file of the hub: from the cache, else over the network. */
import { isRowspaceError, RowspaceError } from '../core/errors.ts'
import { readOptions } from '../core/strict-options.ts'
import { warn } from '../core/warn.ts'
import { SOURCE_OPTIONS } from '../sources/options.ts'
import type { ByteSource, SourceOptions } from '../sources/source.ts'
import { type UrlSource, urlSource } from '../sources/url.ts'
import { HubCache, type Known, type KnownFile } from './cache.ts'
import { type CachedFile, CachedSource } from './cached-source.ts'
import { chooseListed, USUAL_FILES } from './choose-file.ts'
import { hubError, offlineError } from './hub-errors.ts'
import { endpointText } from './layout.ts'
import { readListing } from './listing.ts'
import { checkPath, checkRevision, type HubName, hubNameText, parseHubName } from './name.ts'
import { type HubSettings, readSettings } from './settings.ts'

/**
 * Opens `hf:owner/name[@revision][/file]`. Without a file it is `model.safetensors`, else
 * `model.safetensors.index.json`, else a GGUF file. What is read of it is cached, so that opening it again
 * needs no network; `hub.refresh` checks whether it has changed.
 *
 * @throws `INVALID_ARGUMENT` for a malformed name; `NOT_FOUND`, `ACCESS_DENIED`, `OFFLINE`, `IO`, each with
 *   what to do
 */
export async function hubSource(text: string, options: SourceOptions = {}): Promise<ByteSource> {
  const name = parseHubName(text)
  const hub = new Hub(readSettings(readOptions(options, SOURCE_OPTIONS, 'the options of hubSource()')))
  return name.file === undefined ? hub.openModel(name) : hub.openFile(name)
}

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
      await this.#setKnown(name, { chosen: file })
      return source
    }
    const chosen = chooseListed(name, await this.#listFiles(name))
    const source = await this.openFile({ ...name, file: chosen })
    await this.#setKnown(name, { chosen })
    return source
  }

  /** @throws `NOT_FOUND` */
  async openFile(name: HubName): Promise<ByteSource> {
    const known = await this.#known(name)
    if (this.#cache !== undefined && known !== undefined && 'etag' in known) {
      return this.#openKnown(name, known, this.#cache)
    }
    return this.#fetch(name)
  }

  async #openIfThere(name: HubName): Promise<ByteSource | undefined> {
    const known = await this.#known(name)
    if (known !== undefined && 'absent' in known) return undefined
    try {
      return await this.openFile(name)
    } catch (error) {
      // 404 of the file alone: where the model or the revision is not there, no other file is
      const { status, errorCode } = isRowspaceError(error) ? error.details : {}
      if (status !== 404 || !/^(EntryNotFound|undefined)$/.test(String(errorCode))) throw error
      if (errorCode !== undefined) await this.#setKnown(name, { absent: true })
      return undefined
    }
  }

  async #openKnown(name: HubName, known: KnownFile, cache: HubCache): Promise<ByteSource> {
    return this.#source(name, known.commit, {
      size: known.size,
      version: known.etag,
      chunks: await cache.open(name, known),
      remote: async () => {
        // one byte, to see that it is still the same file
        const remote = await this.#request(name, this.#address(name, known.commit), 1)
        const { etag, size } = describe(remote)
        if (etag === known.etag && size === known.size) return remote
        const text = 'has become another file since a part of it was cached: open it again.'
        throw new RowspaceError('CHANGED', `${hubNameText(name)} ${text}`, { name: hubNameText(name) })
      },
    })
  }

  /** A file that is not known yet: the first answer describes it. */
  async #fetch(name: HubName): Promise<ByteSource> {
    const remote = await this.#request(name, this.#address(name))
    const { etag, size, commit } = describe(remote)
    let version = remote.version
    let chunks: CachedFile['chunks']
    // without a tag the versions of the file cannot be distinguished
    if (etag !== undefined && this.#cache !== undefined) {
      try {
        chunks = await this.#cache.open(name, { etag, size })
        await this.#cache.setKnown(name, { etag, size, commit })
        version = etag
      } catch (error) {
        chunks = undefined
        this.#warn(error)
      }
    }
    return this.#source(name, commit, { size, version, chunks, remote })
  }

  #source(
    name: HubName,
    commit: string | undefined,
    file: Pick<CachedFile, 'size' | 'version' | 'chunks' | 'remote'>,
  ): ByteSource {
    return new CachedSource({
      ...file,
      name: hubNameText(name),
      // shards and tokenizers come from the commit the first file came from: they belong together
      openSibling: (steps) => {
        const folder = name.file?.replace(/[^/]*$/, '') ?? ''
        const revision = commit ?? name.revision
        return this.#openIfThere({ ...name, file: folder + steps.join('/'), revision })
      },
      // what was known of it is forgotten, so that the next opening fetches it
      onChanged: async () => this.#cache?.forget(name).catch((error) => this.#warn(error)),
      onCacheFailure: (error) => this.#warn(error),
    })
  }

  async #request(name: HubName, url: URL, headBytes?: number): Promise<UrlSource> {
    if (this.settings.offline) throw offlineError(name)
    try {
      return await urlSource(url, { ...this.settings.source, headers: this.settings.headers }, headBytes)
    } catch (error) {
      throw hubError(error, name, this.settings)
    }
  }

  /** Whoever named it (a caller, a listing, an index, the cache), nothing outside the repository is read. */
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
    return this.settings.refresh ? undefined : this.#cache?.known(name)
  }

  async #setKnown(name: HubName, known: Known): Promise<void> {
    await this.#cache?.setKnown(name, known).catch((error) => this.#warn(error))
  }

  /** A cache that fails costs time, not the table. */
  #warn(error: unknown): void {
    if (this.#warned) return
    this.#warned = true
    warn(`nothing more is cached (${this.settings.store?.name}): ${(error as Error).message}`)
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
