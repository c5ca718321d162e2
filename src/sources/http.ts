/** One GET request: redirects followed, its errors in our words, a watchdog for connections that stall. */
import { type ErrorCode, RowspaceError } from '../core/errors.ts'
import { retryAfter, TransientFailure } from './retry.ts'

export interface GetOptions {
  /** The address that messages name: where redirects lead is often signed, and nobody's to read. */
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
  /** Headers of the redirects on the way and of the response, the first that has a name counts. Pages see the last alone. */
  header(name: string): string | null
}

const MAX_REDIRECTS = 10
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * Fetches `url`. Redirects are followed one by one where the engine shows them (not on pages, whose engine follows them and leaves
 * Authorization behind by itself).
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
  throw new RowspaceError(
    'IO',
    `${nameOf(shown)} redirects more than ${MAX_REDIRECTS} times: check the address.`,
    {
      url: nameOf(shown),
    },
  )
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
      // a page's own cache would ask for ranges as it likes, and keep what is kept elsewhere
      cache: 'no-store',
    })
  } catch (cause) {
    if (options.signal.aborted) throw options.signal.reason
    throw networkFailure(options.shown, cause)
  }
}

function redirected(url: URL, from: URL, to: string): URL {
  const next = URL.canParse(to, from) ? new URL(to, from) : undefined
  const downgraded = from.protocol === 'https:' && next?.protocol === 'http:'
  if (next !== undefined && /^https?:$/.test(next.protocol) && !downgraded) return next
  throw new RowspaceError(
    'IO',
    `${nameOf(url)} redirects to ${downgraded ? 'an unencrypted address (http)' : 'an address that is not http or https'}, which is not followed.`,
    { url: nameOf(url) },
  )
}

/** Aborts when nothing came for a while; `alive` says that something did. Links the caller's signal. */
export class Watchdog {
  readonly #controller = new AbortController()
  readonly #stop: () => void
  readonly signal = this.#controller.signal
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly url: URL,
    private readonly milliseconds: number,
    private readonly outer: AbortSignal | undefined,
  ) {
    this.#stop = () => this.#controller.abort(outer?.reason)
    outer?.addEventListener('abort', this.#stop, { once: true })
    this.alive()
  }

  alive(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#controller.abort(this.#stalled()), this.milliseconds)
  }

  /** Ends the watch, and with it a response that is not read to its end. */
  end(): void {
    clearTimeout(this.#timer)
    this.outer?.removeEventListener('abort', this.#stop)
    this.#controller.abort(new DOMException('no longer wanted', 'AbortError'))
  }

  #stalled(): TransientFailure {
    const problem = `gave nothing for ${this.milliseconds / 1000} s`
    const text = `${nameOf(this.url)} ${problem}. Check the network and try again.`
    return new TransientFailure(
      new RowspaceError('IO', text, { url: nameOf(this.url), reason: 'STALLED', problem }),
    )
  }
}

/** More than signed addresses have. */
const MAX_NAME = 4_000

/** The address as messages show it: without a user's name and password, and not without end. */
export function nameOf(url: URL): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown.href.length > MAX_NAME ? `${shown.href.slice(0, MAX_NAME)}…` : shown.href
}

/** Whether the server asks to come again, or failed in a way that may pass. */
function mayPass(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500
}

/** What a status that is no success comes to. */
export function statusFailure(url: URL, response: Response): RowspaceError | TransientFailure {
  const { status } = response
  const gone = status === 404 || status === 410
  const denied = status === 401 || status === 403
  const code: ErrorCode = gone ? 'NOT_FOUND' : denied ? 'ACCESS_DENIED' : 'IO'
  const remedy = denied
    ? 'You may have to sign in or ask for access: `headers` can carry an authorization.'
    : mayPass(status)
      ? 'Try again later.'
      : 'Check the address.'
  const said = `${status} ${response.statusText}`.trimEnd()
  const error = new RowspaceError(code, `${nameOf(url)} answered ${said}. ${remedy}`, {
    url: nameOf(url),
    status,
    errorCode: response.headers.get('x-error-code') ?? undefined,
  })
  return mayPass(status)
    ? new TransientFailure(error, retryAfter(response.headers.get('retry-after')))
    : error
}

export function isHtml(response: Response): boolean {
  return /^\s*(text\/html|application\/xhtml)/i.test(response.headers.get('content-type') ?? '')
}

export function htmlError(url: URL, response: Response): RowspaceError {
  return new RowspaceError(
    'IO',
    `${nameOf(url)} answered ${response.status} with an HTML page, not a table. Use the address of the file itself (on many hosts: "raw" or "download").`,
    {
      url: nameOf(url),
      status: response.status,
      reason: 'HTML',
      contentType: response.headers.get('content-type'),
    },
  )
}

/** What fetch or the body of a response threw. */
export function networkFailure(url: URL, cause: unknown): TransientFailure {
  const { message, cause: inner } = cause as Error
  const system = (inner as { code?: string } | undefined)?.code
  const reason = inner instanceof Error ? inner.message || system : undefined
  return new TransientFailure(
    new RowspaceError(
      'IO',
      `${nameOf(url)} could not be fetched: ${reason ?? message}. Check the network, the address and, in a browser, CORS.`,
      { url: nameOf(url), reason: 'NETWORK', problem: reason ?? message, system, cause },
    ),
  )
}

const UNREACHABLE = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH'])

/** Whether there is no way to the server at all: what is not under way yet need not be tried again and again. */
export function isUnreachable({ details }: RowspaceError): boolean {
  return (
    UNREACHABLE.has(String(details.system)) ||
    (details.reason === 'NETWORK' && globalThis.navigator?.onLine === false)
  )
}
