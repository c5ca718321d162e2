/** The body of a response: which bytes it has, read as far as they come. */
import { joinBytes } from '../core/join-bytes.ts'
import { networkFailure, transient, urlError, type Watchdog } from './http.ts'
import type { TransientFailure } from './retry.ts'

/** A file of a server without ranges is held in memory up to this size. */
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

export interface ContentRange {
  start: number
  /** One behind the last byte. */
  end: number
  /** Bytes of the whole file. */
  size: number
}

/** Reads `bytes 0-499/1234` (RFC 9110, 14.4); undefined for anything else, an unknown size too. */
export function parseContentRange(header: string | null): ContentRange | undefined {
  const match = /^\s*bytes\s+(\d+)-(\d+)\/(\d+)\s*$/i.exec(header ?? '')
  if (match === null) return undefined
  const [start, last, size] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const sound = Number.isSafeInteger(size) && start <= last && last < size
  return sound ? { start, end: last + 1, size } : undefined
}

/** Whether a Content-Range says that the file is empty, as one with the status 416 may. */
export function isEmptyRange(header: string | null): boolean {
  return /^\s*bytes\s+\*\/0+\s*$/i.test(header ?? '')
}

/**
 * Reads `length` bytes into `part`. What came before a failure stays.
 *
 * @throws TransientFailure if it is shorter or longer, stalls or breaks off; `IO` if it is packed
 */
export async function fillPart(part: Part, length: number, body: Body): Promise<void> {
  const encoding = encodingOf(body.response)
  if (encoding !== undefined) {
    const text = `gives ranges of a packed file (Content-Encoding: ${encoding}): it must be served as it is.`
    throw urlError(body.url, 'IO', text, { contentEncoding: encoding })
  }
  const end = part.filled + length
  const isOurs = handsOver(body.response)
  await eachChunk(body, (chunk) => {
    if (part.filled + chunk.length > end) {
      throw truncated(body, `gave more than the ${length} bytes it promised. Try again.`, length)
    }
    part.bytes.set(chunk, part.filled)
    part.filled += chunk.length
    if (isOurs) free(chunk)
    dropped.list = new Array(DROPPED_LENGTH)
  })
  const missing = end - part.filled
  if (missing === 0) return
  const text = `ended ${missing} bytes early, again and again. Try again later.`
  throw truncated(body, text, length, length - missing)
}

/** All of it. Throws `IO` where that is more than memory should hold, and as fillPart. */
export async function readWhole(body: Body): Promise<Uint8Array> {
  const { response } = body
  const header = response.headers.get('content-length')
  // with a content encoding the length is that of the packed bytes
  const promised = header === null || encodingOf(response) !== undefined ? undefined : Number(header)
  checkWhole(body, promised ?? 0)
  const received: Uint8Array[] = []
  let size = 0
  await eachChunk(body, (chunk) => {
    received.push(chunk)
    size += chunk.length
    checkWhole(body, size)
  })
  if (promised !== undefined && promised !== size) {
    throw truncated(body, `promised ${promised} bytes and gave ${size}: try again.`, promised, size)
  }
  return joinBytes(received)
}

/** Not a generator, whose promises cost as much as the network: 64 KiB come at a time. */
async function eachChunk(body: Body, take: (chunk: Uint8Array) => void): Promise<void> {
  const { url, response, watchdog, onBytes } = body
  const reader = response.body?.getReader()
  if (reader === undefined) return
  for (;;) {
    const { done, value } = await reader.read().catch((cause) => {
      watchdog.signal.throwIfAborted()
      throw networkFailure(url, cause)
    })
    if (done) return
    watchdog.alive()
    // what takes it may give its memory back
    const { length } = value
    take(value)
    onBytes(length)
  }
}

/**
 * Whether chunks belong to whoever reads them: streams of bytes hand their memory over, and others (of a
 * `fetch` that somebody replaced) may give what is used elsewhere.
 */
function handsOver({ body }: Response): boolean {
  try {
    body?.getReader({ mode: 'byob' }).releaseLock()
    return true
  } catch {
    return false
  }
}

/**
 * A list is made and dropped for each chunk. Behind each the engine's HTTP client leaves a buffer of 64 KiB
 * outside the heap. V8 collects those with the young part of the heap when it is full of other things, which
 * takes less than 1 ms; else there are tens of MB of them before it collects everything, 10 ms each time. With
 * the list a load of 336 MB took 570 ms of CPU instead of 690, and 32 MB on top of the table instead of 54
 * (Node 24; 154 MB in Node 20: 26 instead of 47). Longer lists take more time and gain no memory.
 */
const DROPPED_LENGTH = 4096
const dropped: { list?: unknown[] } = {}

/** Gives the memory of a chunk back now, where the engine can: garbage is collected when there is 64 MB of it. */
function free(chunk: Uint8Array): void {
  const buffer: ArrayBufferLike & { transfer?: (size: number) => unknown } = chunk.buffer
  if (buffer.byteLength === chunk.length) buffer.transfer?.(0)
}

/** The Content-Encoding, where there is one that changes the bytes. */
function encodingOf({ headers }: Response): string | undefined {
  const encoding = headers.get('content-encoding')?.trim() ?? ''
  return /^(identity)?$/i.test(encoding) ? undefined : encoding
}

function truncated({ url }: Body, problem: string, expected: number, actual?: number): TransientFailure {
  return transient(url, 'TRUNCATED', problem, { expected, actual })
}

function checkWhole({ url }: Body, size: number): void {
  if (size <= MAX_WHOLE_BYTES) return
  const text =
    `comes from a server that gives no ranges, and its ${size} bytes or more are too many to be held: ` +
    'download the file and give its path.'
  throw urlError(url, 'IO', text, { size })
}
