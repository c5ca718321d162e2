/** A file on a web server, read by ranges: only the bytes that are requested travel. */
import { isRowspaceError, type RowspaceError } from '../core/errors.ts'
import { type Body, fillPart, isEmptyRange, type Part, parseContentRange, readWhole } from './body.ts'
import {
  type Answer,
  checkNotHtml,
  get,
  isUnreachable,
  nameOf,
  statusFailure,
  transient,
  urlError,
  Watchdog,
} from './http.ts'
import { CountingSource } from './range-source.ts'
import { Retries, TransientFailure } from './retry.ts'
import type { ByteSource, ReadOptions, SourceOptions } from './source.ts'

/** Read when a file is opened: as much as any format is recognised by, and most headers. */
const HEAD_BYTES = 1 << 16
const CONCURRENCY = 4
/** A request costs as much as half a megabyte; one that breaks off is gone on with at its last byte. */
const BLOCK_BYTES = 1 << 24
const STALL_MILLISECONDS = 30_000

/**
 * Opens `url` (http or https) and reads its first 64 KiB. Reads are range requests, four at once where a file
 * is read through; what is cut short, stalls or answers 429 or 5xx is requested again from the last byte on.
 * A server without ranges gives the whole file, which is held in memory up to 256 MiB.
 *
 * @param headBytes how much is read when it is opened, at least 1
 * @throws `NOT_FOUND` for 404 and 410; `ACCESS_DENIED` for 401 and 403; `CHANGED` where another version of
 *   the file lies there in the middle of it; `IO` for any other status, an HTML page, a false range, a file
 *   too large to be held, and a network that fails again and again; `TRUNCATED` if the file ends too early;
 *   the signal's reason when aborted
 */
export async function urlSource(
  url: URL,
  options: SourceOptions = {},
  headBytes = HEAD_BYTES,
): Promise<UrlSource> {
  options.signal?.throwIfAborted()
  if (url.username !== '' || url.password !== '') {
    const text = 'was given with a name and a password in it: pass them as an authorization in `headers`.'
    throw urlError(url, 'INVALID_ARGUMENT', text)
  }
  const source = new UrlSource(url, options, headBytes)
  await source.open(options.signal)
  return source
}

export class UrlSource extends CountingSource {
  readonly concurrency = CONCURRENCY
  readonly blockBytes = BLOCK_BYTES
  /** The strong ETag. */
  version: string | undefined
  /** What every later answer must say too, where it says anything of the kind. */
  #validators: Validators = {}
  /** The first bytes, or all of them. */
  #head: Uint8Array = new Uint8Array(0)
  /** Where the last redirect led: used first, for as long as it works. */
  #location: URL | undefined
  /** Headers of the first answer and the redirects before it. */
  #header: Answer['header'] = () => null

  constructor(
    readonly url: URL,
    readonly options: SourceOptions,
    readonly headBytes: number,
  ) {
    super(nameOf(url), 0)
  }

  /** A header of the first answer, or of a redirect on the way to it. */
  header(name: string): string | null {
    return this.#header(name)
  }

  /** Distinguishes versions of the file where the server does: the strong ETag, else the date of its last change. */
  get revision(): string | undefined {
    const { etag = '', modified } = this.#validators
    return this.version || (modified && `${etag} ${modified}`.trim())
  }

  /** Whether the first answer had all of it. */
  get isWhole(): boolean {
    return this.#head.length === this.size
  }

  async open(signal: AbortSignal | undefined): Promise<void> {
    await this.#persist(
      signal,
      () => 0,
      (watchdog) => this.#openOnce(watchdog).catch(giveUpUnreachable),
    )
  }

  protected async fill(
    start: number,
    bytes: Uint8Array,
    signal: AbortSignal | undefined,
    onBytes?: ReadOptions['onBytes'],
  ): Promise<void> {
    const held = this.#head.subarray(start, start + bytes.length)
    bytes.set(held)
    onBytes?.(held.length)
    const part: Part = { bytes, start, filled: held.length }
    while (part.filled < bytes.length) {
      await this.#persist(
        signal,
        () => part.filled,
        (watchdog) => this.#readOnce(part, watchdog, onBytes),
      )
    }
  }

  protected async openSibling(steps: readonly string[]): Promise<ByteSource | undefined> {
    const path = steps.map(encodeURIComponent).join('/')
    try {
      return await urlSource(new URL(`./${path}`, this.url), this.options)
    } catch (error) {
      if (isRowspaceError(error) && isAbsent(error)) return undefined
      throw error
    }
  }

  /** Runs `attempt` until it succeeds or has failed often enough. */
  async #persist(
    signal: AbortSignal | undefined,
    progress: () => number,
    attempt: (watchdog: Watchdog) => Promise<void>,
  ): Promise<void> {
    const retries = new Retries(this.options)
    for (;;) {
      const watchdog = new Watchdog(this.url, this.options.stallMilliseconds ?? STALL_MILLISECONDS, signal)
      try {
        return await attempt(watchdog)
      } catch (failure) {
        await retries.after(failure, progress(), signal)
      } finally {
        watchdog.end()
      }
    }
  }

  async #openOnce(watchdog: Watchdog): Promise<void> {
    const { response, location, header } = await this.#get(0, this.headBytes, watchdog)
    this.#header = header
    this.#validators = validatorsOf(response)
    this.version = strongTag(response)
    const contentRange = response.headers.get('content-range')
    if (response.status === 416 && isEmptyRange(contentRange)) return
    if (!response.ok) throw statusFailure(this.url, response)
    checkNotHtml(this.url, response)
    if (response.status !== 206) {
      this.#head = await readWhole(this.#body(response, watchdog))
      this.size = this.#head.length
      return
    }
    const range = parseContentRange(contentRange)
    if (range?.start !== 0 || range.end > this.headBytes) {
      throw this.#falseRange(contentRange, 0, this.headBytes)
    }
    const part: Part = { bytes: new Uint8Array(range.end), start: 0, filled: 0 }
    await fillPart(part, range.end, this.#body(response, watchdog))
    this.#head = part.bytes
    this.size = range.size
    if (location.origin !== this.url.origin) this.#location = location
  }

  async #readOnce(part: Part, watchdog: Watchdog, onBytes: ReadOptions['onBytes']): Promise<void> {
    const start = part.start + part.filled
    const end = part.start + part.bytes.length
    const { response } = await this.#get(start, end, watchdog)
    const { ok, status, headers } = response
    if (!ok) throw statusFailure(this.url, response)
    if (isOther(this.#validators, validatorsOf(response))) throw this.#changed()
    if (status !== 206) {
      const text =
        `answered ${status} with the whole file where bytes from ${start} on were requested. Try again ` +
        'later.'
      throw transient(this.url, 'IO', text, { status })
    }
    const contentRange = headers.get('content-range')
    const range = parseContentRange(contentRange)
    if (range !== undefined && range.size !== this.size) throw this.#changed()
    if (range?.start !== start || range.end > end) throw this.#falseRange(contentRange, start, end)
    await fillPart(part, range.end - start, this.#body(response, watchdog, onBytes))
  }

  /** Requests a range where the last redirect led, and if that place fails, from the beginning. */
  async #get(start: number, end: number, watchdog: Watchdog): Promise<Answer> {
    const headers = { range: `bytes=${start}-${end - 1}`, ...this.#conditions(start > 0) }
    const options = { shown: this.url, headers, signal: watchdog.signal }
    if (this.#location !== undefined) {
      const answer = await get(this.#location, { ...options, privateHeaders: {} })
      if (answer.response.status < 400 || answer.response.status === 429) return answer
      await answer.response.body?.cancel()
      this.#location = undefined
    }
    const answer = await get(this.url, { ...options, privateHeaders: this.options.headers ?? {} })
    if (start > 0 && answer.response.ok && answer.location.origin !== this.url.origin) {
      this.#location = answer.location
    }
    return answer
  }

  /**
   * If-Range makes a changed file come whole, with its new tag. A page may not send it to other origins
   * without a preflight; there the tags are compared. Accept-Encoding: identity is what a page's engine sends
   * by itself.
   */
  #conditions(inTheMiddle: boolean): Record<string, string> {
    const page = globalThis.location?.origin
    const headers = page === undefined ? { 'accept-encoding': 'identity' } : {}
    const isOwn = page === undefined || page === this.url.origin
    if (!inTheMiddle || !isOwn || this.version === undefined) return headers
    return { ...headers, 'if-range': this.version }
  }

  #body(response: Response, watchdog: Watchdog, onBytes?: ReadOptions['onBytes']): Body {
    const count = (bytes: number) => {
      this.ownBytesRead += bytes
      onBytes?.(bytes)
    }
    return { url: this.url, response, watchdog, onBytes: count }
  }

  #changed(): RowspaceError {
    const text = 'became another file while it was read: open it again.'
    return urlError(this.url, 'CHANGED', text, { version: this.version })
  }

  #falseRange(contentRange: string | null, start: number, end: number): TransientFailure {
    const range =
      contentRange === null ? 'no Content-Range that can be read' : `the Content-Range "${contentRange}"`
    const text =
      `answered the request for bytes ${start} to ${end} with ${range}. The server, or a proxy before ` +
      'it, must give the ranges that are requested and, to pages, expose Content-Range and ETag ' +
      '(Access-Control-Expose-Headers).'
    return transient(this.url, 'IO', text, { contentRange })
  }
}

/** Not there, or the page that many hosts serve in its place; some stores say 403 of what is not there. */
function isAbsent({ details, code }: RowspaceError): boolean {
  return code === 'NOT_FOUND' || details.reason === 'HTML' || details.status === 403
}

function giveUpUnreachable(failure: unknown): never {
  throw failure instanceof TransientFailure && isUnreachable(failure.error) ? failure.error : failure
}

interface Validators {
  etag?: string | undefined
  modified?: string | undefined
}

function validatorsOf({ headers }: Response): Validators {
  return {
    // a proxy that packs makes a strong tag weak; what it says is the same (RFC 9110, 8.8.3.2)
    etag: headers.get('etag')?.trim().replace(/^W\//, '') || undefined,
    modified: headers.get('last-modified')?.trim() || undefined,
  }
}

/**
 * Whether the file has become another one: a tag that differs, weak or not, or where there is none a date.
 */
function isOther(before: Validators, now: Validators): boolean {
  if (before.etag !== undefined && now.etag !== undefined) return before.etag !== now.etag
  return before.modified !== undefined && now.modified !== undefined && before.modified !== now.modified
}

/** For If-Range and for caches. A weak tag (`W/"…"`) that stays does not promise the same bytes. */
function strongTag(response: Response): string | undefined {
  const tag = response.headers.get('etag')
  return tag === null || /^\s*W\//.test(tag) ? undefined : tag
}
