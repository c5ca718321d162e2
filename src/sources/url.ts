/** A file on a web server, fetched whole. */
import { type ErrorCode, RowspaceError } from '../errors.ts'
import { bytesSource } from './bytes.ts'
import type { ByteSource, ReadOptions } from './source.ts'

/**
 * Fetches `url` (http or https) and keeps its body in memory.
 *
 * @throws `NOT_FOUND` for 404 and 410, `IO` for any other status, for an HTML page and for a network that fails,
 *   `TRUNCATED` if fewer bytes came than Content-Length promised
 */
export async function urlSource(url: URL, options: ReadOptions = {}): Promise<ByteSource> {
  const response = await request(url, options)
  if (!response.ok) throw statusError(url, response)
  if (isHtml(response)) throw htmlError(url, response)
  const bytes = await body(url, response, options)
  return {
    ...bytesSource(bytes, url.href),
    sibling: (name) => siblingSource(new URL(encodeURIComponent(name), url)),
  }
}

async function request(url: URL, options: ReadOptions): Promise<Response> {
  try {
    return await fetch(url, { signal: options.signal ?? null })
  } catch (cause) {
    options.signal?.throwIfAborted()
    throw networkError(url, cause)
  }
}

async function body(url: URL, response: Response, options: ReadOptions): Promise<Uint8Array> {
  let bytes: Uint8Array
  try {
    bytes = new Uint8Array(await response.arrayBuffer())
  } catch (cause) {
    options.signal?.throwIfAborted()
    throw networkError(url, cause)
  }
  const promised = response.headers.get('content-length')
  // With a content encoding the length is that of the packed bytes.
  if (promised === null || response.headers.has('content-encoding')) return bytes
  if (Number(promised) === bytes.length) return bytes
  throw new RowspaceError(
    'TRUNCATED',
    `${url.href} promised ${promised} bytes and gave ${bytes.length}: try again.`,
    { url: url.href, expected: Number(promised), actual: bytes.length },
  )
}

/** Absent means 404, or the page that many hosts serve in its place. */
async function siblingSource(url: URL): Promise<ByteSource | undefined> {
  const response = await request(url, {})
  if (response.status === 404 || response.status === 410 || (response.ok && isHtml(response))) {
    await response.body?.cancel()
    return undefined
  }
  if (!response.ok) throw statusError(url, response)
  return bytesSource(await body(url, response, {}), url.href)
}

function isHtml(response: Response): boolean {
  return /^\s*(text\/html|application\/xhtml)/i.test(response.headers.get('content-type') ?? '')
}

function statusError(url: URL, response: Response): RowspaceError {
  const code: ErrorCode = response.status === 404 || response.status === 410 ? 'NOT_FOUND' : 'IO'
  const remedy =
    response.status === 401 || response.status === 403
      ? 'You may have to sign in or ask for access.'
      : 'Check the address.'
  const status = `${response.status} ${response.statusText}`.trimEnd()
  return new RowspaceError(code, `${url.href} answered ${status}. ${remedy}`, {
    url: url.href,
    status: response.status,
  })
}

function htmlError(url: URL, response: Response): RowspaceError {
  return new RowspaceError(
    'IO',
    `${url.href} answered ${response.status} with an HTML page, not a table. Use the address of the file itself (on many hosts: "raw" or "download").`,
    { url: url.href, status: response.status, contentType: response.headers.get('content-type') },
  )
}

function networkError(url: URL, cause: unknown): RowspaceError {
  return new RowspaceError(
    'IO',
    `${url.href} could not be fetched: ${(cause as Error).message}. Check the network, the address and, in a browser, CORS.`,
    { url: url.href, cause },
  )
}
