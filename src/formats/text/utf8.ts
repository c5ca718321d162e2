/** Bytes to text, with a choice of the encoding, and of what happens to bytes that are not UTF-8. */
import { RowspaceError } from '../../core/errors.ts'
import type { EncodingErrors, WordOptions } from '../format.ts'
import { MAX_TEXT_BYTES } from '../malformed.ts'

// ignoreBOM leaves U+FEFF in the text: it is a token of some vocabularies.
const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const REPLACING = new TextDecoder('utf-8', { ignoreBOM: true })

/** Where a text stands, for messages. */
export interface TextPlace {
  /** The file. */
  readonly name: string
  /** Of the first byte of the text, in the file. */
  readonly offset: number
}

/** Decodes words in the encoding of their file. Throws as decodeUtf8. */
export function decodeText(
  bytes: Uint8Array,
  { encoding, encodingErrors }: WordOptions,
  place: TextPlace,
): string {
  return encoding === 'latin1' ? decodeLatin1(bytes) : decodeUtf8(bytes, encodingErrors, place)
}

/** Letters that are put together at once: a call takes no more arguments in some engines. */
const SOME_LETTERS = 4096

/** ISO 8859-1, as Python's 'latin1'. TextDecoder means windows-1252 by that name, which differs. */
function decodeLatin1(bytes: Uint8Array): string {
  if (bytes.length <= SOME_LETTERS) return String.fromCharCode(...bytes)
  let text = ''
  for (let start = 0; start < bytes.length; start += SOME_LETTERS) {
    text += String.fromCharCode(...bytes.subarray(start, start + SOME_LETTERS))
  }
  return text
}

/**
 * Decodes UTF-8.
 *
 * @throws `INVALID_ENCODING` with the offset of the first bad byte in the file, if `mode` is 'strict' or
 *   undefined; `INVALID_FORMAT` for more than a string can hold
 */
export function decodeUtf8(bytes: Uint8Array, mode: EncodingErrors | undefined, place: TextPlace): string {
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
    if (mode === 'ignore') return validText(bytes)
    const offset = place.offset + firstInvalid(bytes)
    throw new RowspaceError(
      'INVALID_ENCODING',
      `${place.name}: the byte at offset ${offset} is not UTF-8. Convert the file, or open it with ` +
        "encoding: 'latin1' if that is what it is, or encodingErrors: 'replace' or 'ignore' (on the command " +
        'line, --encoding latin1, --encoding-errors replace).',
      { source: place.name, offset },
    )
  }
}

/** The offset of the first byte that does not begin a valid UTF-8 sequence, or -1. */
export function firstInvalid(bytes: Uint8Array): number {
  for (const { start, text } of betweenReplacements(bytes)) {
    const valid = text.indexOf(REPLACEMENT)
    if (valid >= 0) return start + new TextEncoder().encode(text.slice(0, valid)).length
  }
  return -1
}

/** The text without the bytes that are not UTF-8. */
function validText(bytes: Uint8Array): string {
  const texts = Array.from(betweenReplacements(bytes), ({ text }) => text.replaceAll(REPLACEMENT, ''))
  return texts.join(REPLACEMENT)
}

const REPLACEMENT = '\uFFFD'

/**
 * What lies between the U+FFFD of the text itself, so that each one in it stands for bytes that are not
 * UTF-8. No other sequence holds 0xEF as a later byte.
 */
function* betweenReplacements(bytes: Uint8Array): Generator<{ start: number; text: string }, void, void> {
  let start = 0
  for (let index = bytes.indexOf(0xef); index >= 0; index = bytes.indexOf(0xef, index + 1)) {
    if (bytes[index + 1] !== 0xbf || bytes[index + 2] !== 0xbd) continue
    yield { start, text: REPLACING.decode(bytes.subarray(start, index)) }
    start = index + 3
  }
  yield { start, text: REPLACING.decode(bytes.subarray(start)) }
}
