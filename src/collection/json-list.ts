/**
 * Lists of texts and numbers as JSON, in parts: an engine's strings end at 512 MB or less, a list need not.
 */
import { CHUNK_BYTES } from '../sources/checksum.ts'

/** Bytes that are decoded at once. */
const PART_BYTES = 1 << 26

const [QUOTE, BACKSLASH, COMMA, OPEN, CLOSE] = [0x22, 0x5c, 0x2c, 0x5b, 0x5d]

/** The UTF-8 bytes of JSON.stringify(list), in chunks of at most 1 MB. */
export function encodeJsonList(list: Iterable<unknown>, chunkBytes = CHUNK_BYTES): Uint8Array[] {
  const encoder = new TextEncoder()
  const chunks: Uint8Array[] = []
  const push = (text: string) => {
    const bytes = encoder.encode(text)
    for (let at = 0; at < bytes.length; at += chunkBytes) chunks.push(bytes.subarray(at, at + chunkBytes))
  }
  const all = [...list]
  // so many at a time that a call for each costs nothing, and a chunk is hardly exceeded
  const step = Math.max(1, chunkBytes >> 14)
  let text = '['
  for (let at = 0; at < all.length; at += step) {
    const some = JSON.stringify(all.slice(at, at + step))
    text += (at === 0 ? '' : ',') + some.slice(1, -1)
    if (text.length < chunkBytes) continue
    push(text)
    text = ''
  }
  push(`${text}]`)
  return chunks
}

/** The list that these bytes are. Throws SyntaxError or TypeError. */
export function parseJsonList(bytes: Uint8Array, partBytes = PART_BYTES): unknown[] {
  const end = bytes.length - 1
  if (bytes[0] !== OPEN || bytes[end] !== CLOSE || end === 0)
    throw new SyntaxError('it does not begin with [ and end with ]')
  const decoder = new TextDecoder('utf-8', { fatal: true })
  // without the copy of the text that other brackets take
  if (end <= partBytes) return JSON.parse(decoder.decode(bytes))
  let all: unknown[] = []
  for (let start = 1; start <= end; ) {
    const cut = end - start <= partBytes ? end : nextComma(bytes, start, end, partBytes)
    const part: unknown[] = JSON.parse(`[${decoder.decode(bytes.subarray(start, cut))}]`)
    if (part.length === 0 && all.length > 0) throw new SyntaxError('an element is missing')
    if (all.length === 0) all = part
    else for (const element of part) all.push(element)
    start = cut + 1
  }
  return all
}

/** The first comma between two elements after `partBytes` bytes or more, or `end`. */
function nextComma(bytes: Uint8Array, start: number, end: number, partBytes: number): number {
  let inText = false
  for (let at = start; at < end; at++) {
    const byte = bytes[at]
    if (byte === BACKSLASH) at++
    else if (byte === QUOTE) inText = !inText
    else if (byte === COMMA && !inText && at - start >= partBytes) return at
  }
  return end
}
