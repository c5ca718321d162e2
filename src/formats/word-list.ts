/** A JSON list of words: a safetensors file's `tokens`, or the `words.json` beside a file of rows. */
import type { ByteSource } from '../sources/source.ts'
import type { EncodingErrors } from './format.ts'
import { invalidFormat } from './malformed.ts'
import { decodeUtf8, type TextPlace } from './utf8.ts'

/**
 * Reads a JSON array of strings.
 *
 * @throws `INVALID_ENCODING` if it is not UTF-8, `INVALID_FORMAT` if it is anything but a list of strings
 */
export function parseWordList(
  source: ByteSource,
  bytes: Uint8Array,
  mode: EncodingErrors,
  place: TextPlace,
): string[] {
  // A file may start with a byte order mark, which is no JSON.
  const text = decodeUtf8(bytes, mode, place).replace(/^\uFEFF/, '')
  let words: unknown
  try {
    words = JSON.parse(text)
  } catch (error) {
    throw invalidFormat(source, `${place.name} is not JSON: ${(error as Error).message}.`)
  }
  if (!Array.isArray(words)) throw invalidFormat(source, `${place.name} is not a JSON list of words.`)
  const wrong = words.findIndex((word) => typeof word !== 'string')
  if (wrong >= 0) {
    throw invalidFormat(
      source,
      `${place.name} holds ${JSON.stringify(words[wrong])} at position ${wrong}; every entry must be a string.`,
      { position: wrong },
    )
  }
  return words
}

/** Throws `INVALID_FORMAT` with both numbers unless there is one word a row. */
export function checkWordCount(
  source: ByteSource,
  words: readonly string[],
  rowCount: number,
  list: string,
): void {
  if (words.length === rowCount) return
  throw invalidFormat(
    source,
    `${list} has ${words.length} words for ${rowCount} rows: one a row is needed.`,
    {
      expected: rowCount,
      actual: words.length,
    },
  )
}
