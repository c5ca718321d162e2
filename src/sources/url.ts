/** A file on a web server, read by ranges: only the bytes that are asked for travel. */
import { isRowspaceError, RowspaceError } from '../core/errors.ts'
import { stepsBeside } from './beside.ts'
import { type Body, fillPart, type Part, readWhole } from './body.ts'
import { checkRange } from './bytes.ts'
import { parseContentRange, parseUnsatisfied } from './content-range.ts'
import {
  type Answer,
  get,
  htmlError,
  isHtml,
  isUnreachable,
  nameOf,
  statusFailure,
  Watchdog,
} from './http.ts'
import { Retries, TransientFailure } from './retry.ts'
import type { ByteSource, ReadOptions, SourceOptions } from './source.ts'

/** Read when a file is opened: as much as any format is recognised by, and most headers. */
const HEAD_BYTES = 1 << 16
const CONCURRENCY = 4
const STALL_MILLISECONDS = 30_000

/**
 * Opens `url` (http or https) and reads its first 64 KiB. Reads are range requests, four at once where a file is read through; what
 * is cut short, stalls or answers 429 or 5xx is asked for again from the last byte on. A server without ranges gives the whole
 * file, which is kept in memory up to 256 MiB.
 *
 * @param headBytes how much is read when it is opened, at least 1
 * @throws `NOT_FOUND` for 404 and 410; `ACCESS_DENIED` for 401 and 403; `CHANGED` where another version of the file lies there in the
 *   middle of it; `IO` for any other status, an HTML page, a lie about ranges, a file too large to be had whole, and a network that
 *   fails again and again; `TRUNCATED` if the file ends too early; the signal's reason when aborted
 */
export async function urlSource(
  url: URL,
  options: SourceOptions = {},
  headBytes = HEAD_BYTES,
): Promise<UrlSource> {
  options.signal?.throwIfAborted()
  if (url.username !== '' || url.password !== '') {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `${nameOf(url)} was given with a name and a password in it: pass them as an authorization in \`headers\`.`,
      { url: nameOf(url) },
    )
  }
  const source = new UrlSource(url, options, headBytes)
  await source.open(options.signal)
  return source
}

class UrlSource implements ByteSource {
  readonly name: string
  readonly concurrency = CONCURRENCY
  size = 0
  #bytesRead = 0
  readonly #siblings: ByteSource[] = []
  /** The strong ETag. */
  version: string | undefined
  /** What every later answer must say too, where it says anything of the kind. */
  #validators: Validators = {}
  /** The first bytes, or all of them. */
  #head: Uint8Array = new Uint8Array(0)
  /** Where the last redirect led: asked there first, for as long as it works. */
  #location: URL | undefined
  /** Headers of the first answer and the redirects before it. */
  #header: Answer['header'] = () => null

  constructor(
    readonly url: URL,
    readonly options: SourceOptions,
    readonly headBytes: number,
  ) {
    this.name = nameOf(url)
  }

  get bytesRead(): number {
    return this.#siblings.reduce((sum, beside) => sum + (beside.bytesRead ?? 0), this.#bytesRead)
  }

  /** A header of the first answer, or of a redirect on the way to it. */
  header(name: string): string | null {
    return this.#header(name)
  }

  async open(signal: AbortSignal | undefined): Promise<void> {
    await this.#persist(
      signal,
      () => 0,
      (watchdog) => this.#openOnce(watchdog).catch(giveUpUnreachable),
    )
  }

  async read(start: number, end: number, { signal }: ReadOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted()
    checkRange(this.name, start, end, this.size)
    if (end <= this.#head.length) return this.#head.subarray(start, end)
    const bytes = new Uint8Array(end - start)
    await this.readInto(start, bytes, { signal })
    return bytes
  }

  async readInto(start: number, bytes: Uint8Array, { signal }: ReadOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    checkRange(this.name, start, start + bytes.length, this.size)
    const part: Part = { bytes, start, filled: 0 }
    if (start < this.#head.length) {
      const held = this.#head.subarray(start, start + bytes.length)
      bytes.set(held)
      part.filled = held.length
    }
    while (part.filled < part.bytes.length) {
      await this.#persist(
        signal,
        () => part.filled,
        (watchdog) => this.#readOnce(part, watchdog),
      )
    }
  }

  async sibling(name: string): Promise<ByteSource | undefined> {
    const path = stepsBeside(this.name, name).map(encodeURIComponent).join('/')
    try {
      const beside = await urlSource(new URL(`./${path}`, this.url), this.options)
      this.#siblings.push(beside)
      return beside
    } catch (error) {
      if (isRowspaceError(error) && isAbsent(error)) return undefined
      throw error
    }
  }

  /** Runs `attempt` until it goes well, or has failed often enough. */
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
    if (response.status === 416 && parseUnsatisfied(response.headers.get('content-range')) === 0) return
    if (!response.ok) throw statusFailure(this.url, response)
    if (isHtml(response)) throw htmlError(this.url, response)
    if (response.status !== 206) {
      this.#head = await readWhole(this.#body(response, watchdog))
      this.size = this.#head.length
      return
    }
    const range = parseContentRange(response.headers.get('content-range'))
    if (range?.start !== 0 || range.end > this.headBytes) throw this.#falseRange(response, 0, this.headBytes)
    const part: Part = { bytes: new Uint8Array(range.end), start: 0, filled: 0 }
    await fillPart(part, range.end, this.#body(response, watchdog))
    this.#head = part.bytes
    this.size = range.size
    if (location.origin !== this.url.origin) this.#location = location
  }

  async #readOnce(part: Part, watchdog: Watchdog): Promise<void> {
    const start = part.start + part.filled
    const end = part.start + part.bytes.length
    const { response } = await this.#get(start, end, watchdog)
    if (!response.ok) throw statusFailure(this.url, response)
    if (isOther(this.#validators, validatorsOf(response))) throw this.#changed()
    if (response.status !== 206) throw this.#noRange(response, start)
    const range = parseContentRange(response.headers.get('content-range'))
    if (range !== undefined && range.size !== this.size) throw this.#changed()
    if (range?.start !== start || range.end > end) throw this.#falseRange(response, start, end)
    await fillPart(part, range.end - start, this.#body(response, watchdog))
  }

  /** Asks for a range where the last redirect led, and if that place will have no more of it, from the beginning. */
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
   * If-Range makes a changed file come whole, with its new tag. A page may not send it to other origins unasked; there the tags are
   * compared. What a page's engine sends by itself (Accept-Encoding: identity) Node has to be told.
   */
  #conditions(inTheMiddle: boolean): Record<string, string> {
    const own = globalThis.location?.origin === undefined || globalThis.location.origin === this.url.origin
    const identity = globalThis.location?.origin === undefined ? { 'accept-encoding': 'identity' } : {}
    return inTheMiddle && own && this.version !== undefined
      ? { ...identity, 'if-range': this.version }
      : identity
  }

  #body(response: Response, watchdog: Watchdog): Body {
    const onBytes = (count: number) => {
      this.#bytesRead += count
    }
    return { url: this.url, response, watchdog, onBytes }
  }

  #changed(): RowspaceError {
    return new RowspaceError(
      'CHANGED',
      `${this.name} became another file while it was read: open it again.`,
      { url: this.name, version: this.version },
    )
  }

  #noRange(response: Response, start: number): TransientFailure {
    const text = `answered ${response.status} with the whole file where bytes from ${start} on were asked for. Try again later.`
    return this.#transient(text, { status: response.status })
  }

  #falseRange(response: Response, start: number, end: number): TransientFailure {
    const header = response.headers.get('content-range')
    const said = header === null ? 'no Content-Range that can be read' : `the Content-Range "${header}"`
    const text = `answered the request for bytes ${start} to ${end} with ${said}. The server, or a proxy before it, must give ranges as they are asked for and, to pages, expose Content-Range and ETag (Access-Control-Expose-Headers).`
    return this.#transient(text, { contentRange: header })
  }

  #transient(problem: string, details: Record<string, unknown>): TransientFailure {
    return new TransientFailure(
      new RowspaceError('IO', `${this.name} ${problem}`, { url: this.name, ...details }),
    )
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

/** Whether the file has become another one: a tag that differs, weak or not, or where there is none a date. */
function isOther(before: Validators, now: Validators): boolean {
  if (before.etag !== undefined && now.etag !== undefined) return before.etag !== now.etag
  return before.modified !== undefined && now.modified !== undefined && before.modified !== now.modified
}

/** For If-Range and for caches. A weak tag (`W/"…"`) that stays does not promise the same bytes. */
function strongTag(response: Response): string | undefined {
  const tag = response.headers.get('etag')
  return tag === null || /^\s*W\//.test(tag) ? undefined : tag
}

export type { UrlSource }
