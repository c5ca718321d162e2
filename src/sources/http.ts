/** One GET request: redirects followed, its errors in our words, a watchdog for connections that stall. */
import { type ErrorCode, RowspaceError } from '../core/errors.ts'
import { retryAfter, TransientFailure } from './retry.ts'

export interface GetOptions {
  /** The address that messages name: where redirects lead is often signed, and secret. */
  shown: URL
  /** For the URL's own origin alone: where a redirect leads elsewhere, they stay behind. */
  privateHeaders: Readonly<Record<string, string>>
  /** For every server on the way. */
  headers: Readonly<Record<string, string>>
  signal: AbortSignal
}

export interface Answer {
  response: Response
  /** Where the response came from in the end. */
  location: URL
  /** A header of the first redirect or response on the way that has it. Pages see the last response alone. */
  header(name: string): string | null
}

const MAX_REDIRECTS = 10
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * Fetches `url`. Redirects are followed one by one where the engine shows them (not on pages, whose engine
 * follows them and leaves Authorization behind by itself).
 *
 * @throws TransientFailure if the network fails, `IO` for a redirect that leads nowhere
 */
export async function get(url: URL, options: GetOptions): Promise<Answer> {
  const { shown } = options
  const passed: Headers[] = []
  let location = url
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const response = await fetchOnce(url, location, options)
    passed.push(response.headers)
    const next = response.headers.get('location')
    if (!REDIRECTS.has(response.status) || next === null) {
      const header = (name: string) =>
        passed.map((each) => each.get(name)).find((each) => each !== null) ?? null
      return { response, location: seesRedirects() ? location : new URL(response.url || url), header }
    }
    await response.body?.cancel()
    location = redirected(shown, location, next)
  }
  throw urlError(shown, 'IO', `redirects more than ${MAX_REDIRECTS} times: check the address.`)
}

function seesRedirects(): boolean {
  return globalThis.process?.versions?.node !== undefined
}

async function fetchOnce(url: URL, location: URL, options: GetOptions): Promise<Response> {
  const own = location.origin === url.origin ? options.privateHeaders : {}
  try {
    return await fetch(location, {
      headers: { ...own, ...options.headers },
      signal: options.signal,
      redirect: seesRedirects() ? 'manual' : 'follow',
      // a page's own cache would request ranges as it likes, and store what is cached elsewhere
      cache: 'no-store',
    })
  } catch (cause) {
    options.signal.throwIfAborted()
    throw networkFailure(options.shown, cause)
  }
}

function redirected(shown: URL, from: URL, to: string): URL {
  const next = URL.canParse(to, from) ? new URL(to, from) : undefined
  const downgraded = from.protocol === 'https:' && next?.protocol === 'http:'
  if (next !== undefined && /^https?:$/.test(next.protocol) && !downgraded) return next
  const where = downgraded ? 'an unencrypted address (http)' : 'an address that is not http or https'
  throw urlError(shown, 'IO', `redirects to ${where}, which is not followed.`)
}

/** Aborts when nothing came for a while; `alive` says that something did. Links the caller's signal. */
export class Watchdog {
  readonly #controller = new AbortController()
  readonly #stop: () => void
  readonly signal = this.#controller.signal
  #timer: ReturnType<typeof setTimeout> | undefined
  #lastSign = performance.now()

  constructor(
    private readonly url: URL,
    private readonly milliseconds: number,
    private readonly outer: AbortSignal | undefined,
  ) {
    this.#stop = () => this.#controller.abort(outer?.reason)
    outer?.addEventListener('abort', this.#stop, { once: true })
    this.#wait(milliseconds)
  }

  alive(): void {
    this.#lastSign = performance.now()
  }

  /** One timer, set again when it rings: a new one for each chunk would cost more than the chunk. */
  #wait(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      const rest = this.#lastSign + this.milliseconds - performance.now()
      if (rest > 0) this.#wait(rest)
      else this.#controller.abort(this.#stalled())
    }, milliseconds)
  }

  /** Ends the watch, and with it a response that is not read to its end. */
  end(): void {
    clearTimeout(this.#timer)
    this.outer?.removeEventListener('abort', this.#stop)
    this.#controller.abort(new DOMException('no longer wanted', 'AbortError'))
  }

  #stalled(): TransientFailure {
    const problem = `gave nothing for ${this.milliseconds / 1000} s`
    const details = { reason: 'STALLED', problem }
    return transient(this.url, 'IO', `${problem}. Check the network and try again.`, details)
  }
}

/** More than signed addresses have. */
const MAX_NAME = 4_000

/** The address as messages show it: without a user's name and password, and shortened. */
export function nameOf(url: URL): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown.href.length > MAX_NAME ? `${shown.href.slice(0, MAX_NAME)}…` : shown.href
}

/** An error about an address. @param problem the message behind it */
export function urlError(url: URL, code: ErrorCode, problem: string, details: object = {}): RowspaceError {
  return new RowspaceError(code, `${nameOf(url)} ${problem}`, { url: nameOf(url), ...details })
}

export function transient(url: URL, code: ErrorCode, problem: string, details?: object): TransientFailure {
  return new TransientFailure(urlError(url, code, problem, details))
}

const STATUS_CODES: Record<number, ErrorCode> = {
  401: 'ACCESS_DENIED',
  403: 'ACCESS_DENIED',
  404: 'NOT_FOUND',
  410: 'NOT_FOUND',
}

/** The error for a status that is no success; a TransientFailure where the server may answer later. */
export function statusFailure(url: URL, response: Response): RowspaceError | TransientFailure {
  const { status, headers } = response
  const code = STATUS_CODES[status] ?? 'IO'
  const mayPass = [408, 425, 429].includes(status) || status >= 500
  let remedy = mayPass ? 'Try again later.' : 'Check the address.'
  if (code === 'ACCESS_DENIED') {
    remedy = 'You may have to sign in or request access: `headers` can carry an authorization.'
  }
  const answer = `${status} ${response.statusText}`.trimEnd()
  const error = urlError(url, code, `answered ${answer}. ${remedy}`, {
    status,
    errorCode: headers.get('x-error-code') ?? undefined,
  })
  return mayPass ? new TransientFailure(error, retryAfter(headers.get('retry-after'))) : error
}

/** Throws `IO` for a web page. */
export function checkNotHtml(url: URL, { status, headers }: Response): void {
  const contentType = headers.get('content-type')
  if (!/^\s*(text\/html|application\/xhtml)/i.test(contentType ?? '')) return
  const text =
    `answered ${status} with an HTML page, not a table. Use the address of the file itself (on many ` +
    'hosts: "raw" or "download").'
  throw urlError(url, 'IO', text, { status, reason: 'HTML', contentType })
}

/** What fetch or the body of a response threw. */
export function networkFailure(url: URL, cause: unknown): TransientFailure {
  const { message, cause: inner } = cause as Error
  const system = (inner as { code?: string } | undefined)?.code
  const problem = (inner instanceof Error && (inner.message || system)) || message
  const text = `could not be fetched: ${problem}. Check the network, the address and, in a browser, CORS.`
  return transient(url, 'IO', text, { reason: 'NETWORK', problem, system, cause })
}

const UNREACHABLE = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH'])

/** Whether there is no way to the server at all: what is not under way yet is not repeated. */
export function isUnreachable({ details }: RowspaceError): boolean {
  return (
    UNREACHABLE.has(String(details.system)) ||
    (details.reason === 'NETWORK' && globalThis.navigator?.onLine === false)
  )
}
