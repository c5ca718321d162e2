/** The body of a response, read as far as it comes; what is wrong with it is said in our words. */
import { RowspaceError } from '../core/errors.ts'
import { joinBytes } from '../core/join-bytes.ts'
import { nameOf, networkFailure, type Watchdog } from './http.ts'
import { TransientFailure } from './retry.ts'

/** A file of a server without ranges is kept in memory up to this size. */
const MAX_WHOLE_BYTES = 1 << 28

/** A part of a file on its way. */
export interface Part {
  readonly bytes: Uint8Array
  /** Where it begins in the file. */
  readonly start: number
  filled: number
}

export interface Body {
  url: URL
  response: Response
  watchdog: Watchdog
  /** Called with the size of every chunk that comes. */
  onBytes: (count: number) => void
}

/**
 * Reads `length` bytes into `part`. What came before a failure stays.
 *
 * @throws TransientFailure if it is shorter or longer, stalls or breaks off; `IO` if it is packed
 */
export async function fillPart(part: Part, length: number, body: Body): Promise<void> {
  if (isEncoded(body.response)) throw encodedError(body)
  const end = part.filled + length
  for await (const chunk of chunks(body)) {
    if (part.filled + chunk.length > end) {
      throw cutOrLong(body, `gave more than the ${length} bytes it promised. Try again.`, length)
    }
    part.bytes.set(chunk, part.filled)
    part.filled += chunk.length
  }
  if (part.filled === end) return
  const missing = end - part.filled
  throw cutOrLong(
    body,
    `ended ${missing} bytes early, again and again. Try again later.`,
    length,
    length - missing,
  )
}

/** All of it. Throws `IO` where that is more than memory should hold, and as fillPart. */
export async function readWhole(body: Body): Promise<Uint8Array> {
  const length = body.response.headers.get('content-length')
  // with a content encoding the length is that of the packed bytes
  const promised = length === null || isEncoded(body.response) ? undefined : Number(length)
  if ((promised ?? 0) > MAX_WHOLE_BYTES) throw tooLargeError(body, promised!)
  const received: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks(body)) {
    received.push(chunk)
    size += chunk.length
    if (size > MAX_WHOLE_BYTES) throw tooLargeError(body, size)
  }
  if (promised !== undefined && promised !== size) {
    throw cutOrLong(body, `promised ${promised} bytes and gave ${size}: try again.`, promised, size)
  }
  return joinBytes(received)
}

async function* chunks({ url, response, watchdog, onBytes }: Body): AsyncGenerator<Uint8Array, void, void> {
  const reader = response.body?.getReader()
  if (reader === undefined) return
  for (;;) {
    const { done, value } = await reader.read().catch((cause) => {
      if (watchdog.signal.aborted) throw watchdog.signal.reason
      throw networkFailure(url, cause)
    })
    if (done) return
    watchdog.alive()
    onBytes(value.length)
    yield value
  }
}

function isEncoded(response: Response): boolean {
  return !/^(identity)?$/i.test(response.headers.get('content-encoding')?.trim() ?? '')
}

function cutOrLong({ url }: Body, problem: string, expected: number, actual?: number): TransientFailure {
  const details = { url: nameOf(url), expected, ...(actual === undefined ? {} : { actual }) }
  return new TransientFailure(new RowspaceError('TRUNCATED', `${nameOf(url)} ${problem}`, details))
}

function encodedError({ url, response }: Body): RowspaceError {
  const encoding = response.headers.get('content-encoding')
  return new RowspaceError(
    'IO',
    `${nameOf(url)} gives ranges of a packed file (Content-Encoding: ${encoding}): it must be served as it is.`,
    { url: nameOf(url), contentEncoding: encoding },
  )
}

function tooLargeError({ url }: Body, size: number): RowspaceError {
  return new RowspaceError(
    'IO',
    `${nameOf(url)} comes from a server that gives no ranges, and its ${size} bytes or more are too many to be had whole: download the file and give its path.`,
    { url: nameOf(url), size },
  )
}
