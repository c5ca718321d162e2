/** Bytes to text, with a say in what happens to bytes that are not UTF-8. */
import { RowspaceError } from '../../core/errors.ts'
import type { EncodingErrors } from '../format.ts'
import { MAX_TEXT_BYTES } from '../malformed.ts'

// ignoreBOM keeps U+FEFF: it is a token of some vocabularies, and a decoder that drops it makes another token of it.
const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const REPLACING = new TextDecoder('utf-8', { ignoreBOM: true })

/** Where a text stands, for messages. */
export interface TextPlace {
  /** The file. */
  readonly name: string
  /** Of the first byte of the text, in the file. */
  readonly offset: number
}

/**
 * Decodes UTF-8.
 *
 * @throws `INVALID_ENCODING` with the offset of the first bad byte in the file, if `mode` is 'strict'; `INVALID_FORMAT` for more than
 *   a string can hold
 */
export function decodeUtf8(bytes: Uint8Array, mode: EncodingErrors, place: TextPlace): string {
  if (bytes.length > MAX_TEXT_BYTES) {
    throw new RowspaceError(
      'INVALID_FORMAT',
      `${place.name}: ${bytes.length} bytes of text are more than can be decoded (${MAX_TEXT_BYTES}).`,
      { source: place.name, offset: place.offset },
    )
  }
  if (mode === 'replace') return REPLACING.decode(bytes)
  try {
    return STRICT.decode(bytes)
  } catch {
    if (mode === 'ignore') return STRICT.decode(validBytes(bytes))
    const offset = place.offset + firstInvalid(bytes)
    throw new RowspaceError(
      'INVALID_ENCODING',
      `${place.name}: the byte at offset ${offset} is not UTF-8. Convert the file, or open it with encodingErrors: 'replace' or 'ignore' (on the command line, --encoding-errors replace).`,
      { source: place.name, offset },
    )
  }
}

/** The offset of the first byte that starts no valid UTF-8 sequence, or -1. */
export function firstInvalid(bytes: Uint8Array): number {
  let index = 0
  while (index < bytes.length) {
    const length = sequenceLength(bytes, index)
    if (length === 0) return index
    index += length
  }
  return -1
}

function validBytes(bytes: Uint8Array): Uint8Array {
  const kept = new Uint8Array(bytes.length)
  let size = 0
  let index = 0
  while (index < bytes.length) {
    const length = sequenceLength(bytes, index)
    for (let step = 0; step < length; step++) kept[size++] = bytes[index + step]!
    index += Math.max(length, 1)
  }
  return kept.subarray(0, size)
}

/** Bytes of the sequence that starts at `index`, 0 if it is not valid (Unicode 15, table 3-7). */
function sequenceLength(bytes: Uint8Array, index: number): number {
  const lead = bytes[index]!
  if (lead < 0x80) return 1
  const length = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 ? 4 : 0
  if (length === 0 || lead > 0xf4) return 0
  const [low, high] = secondByteRange(lead)
  const second = bytes[index + 1] ?? 0
  if (second < low || second > high) return 0
  for (let step = 2; step < length; step++) {
    if (((bytes[index + step] ?? 0) & 0xc0) !== 0x80) return 0
  }
  return length
}

/** No overlong forms, no surrogates, nothing over U+10FFFF. */
function secondByteRange(lead: number): [low: number, high: number] {
  if (lead === 0xe0) return [0xa0, 0xbf]
  if (lead === 0xed) return [0x80, 0x9f]
  if (lead === 0xf0) return [0x90, 0xbf]
  if (lead === 0xf4) return [0x80, 0x8f]
  return [0x80, 0xbf]
}
