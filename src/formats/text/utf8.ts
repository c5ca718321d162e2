/** Bytes to text, with a choice of what happens to bytes that are not UTF-8. */
import { RowspaceError } from '../../core/errors.ts'
import type { EncodingErrors } from '../format.ts'
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
        "encodingErrors: 'replace' or 'ignore' (on the command line, --encoding-errors replace).",
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
