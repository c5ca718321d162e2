/** A JSON list of words: a safetensors file's `tokens`, or the `words.json` beside a file of rows. */
import { joinBytes } from '../../core/join-bytes.ts'
import { type ByteRange, readBlocks } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import type { EncodingErrors } from '../format.ts'
import { MAX_WORD_LENGTH } from '../loading.ts'
import { invalidFormat, MAX_WORDS, shownValue } from '../malformed.ts'
import { decodeUtf8, type TextPlace } from './utf8.ts'

/**
 * Reads a JSON array of strings.
 *
 * @throws `INVALID_ENCODING` if it is not UTF-8, `INVALID_FORMAT` if it is anything but a list of strings
 */
export function parseWordList(
  source: ByteSource,
  bytes: Uint8Array,
  mode: EncodingErrors | undefined,
  place: TextPlace,
): string[] {
  checkFlat(source, bytes, place)
  // A file may start with a byte order mark, which is not JSON.
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
      `${place.name} holds ${shownValue(words[wrong])} at position ${wrong}; every entry must be a string.`,
      { position: wrong },
    )
  }
  checkWordLengths(source, words, place.name)
  return words
}

/** Throws `INVALID_FORMAT` for a word so long that looking many of them up takes for ever. */
export function checkWordLengths(source: ByteSource, words: readonly string[], list: string): void {
  const long = words.find(({ length }) => length > MAX_WORD_LENGTH)
  if (long === undefined) return
  const position = words.indexOf(long)
  throw invalidFormat(
    source,
    `${list} has a word of ${long.length} letters at position ${position}; at most ${MAX_WORD_LENGTH} ` +
      'are read.',
    { position },
  )
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const LIST_START = Uint8Array.of(0x5b)
const LIST_END = Uint8Array.of(0x5d)

/** Bytes [start, end) of a JSON list as far as its first `count` values, closed behind them. */
export async function readListStart(
  source: ByteSource,
  [start, end]: ByteRange,
  count: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  const commasIn = commaFinder()
  let left = count
  for await (const block of readBlocks(source, start, end, { signal })) {
    for (const comma of commasIn(block)) {
      if (--left === 0) return joinBytes([...chunks, block.subarray(0, comma), LIST_END])
    }
    chunks.push(block)
  }
  return joinBytes(chunks)
}

/**
 * The words of a JSON list in bytes [start, end), those of a block of the file at a time.
 *
 * @throws as parseWordList, with places in a part of the list
 */
export async function* readListBlocks(
  source: ByteSource,
  [start, end]: ByteRange,
  signal: AbortSignal | undefined,
): AsyncGenerator<string[], void, void> {
  const commasIn = commaFinder()
  const parse = (chunks: readonly Uint8Array[]) =>
    parseWordList(source, joinBytes(chunks), 'strict', { name: source.name, offset: start })
  let rest: Uint8Array[] = []
  let count = 0
  for await (const block of readBlocks(source, start, end, { signal })) {
    let last: number | undefined
    for (const comma of commasIn(block)) last = comma
    if (last === undefined) {
      rest.push(block)
      continue
    }
    const words = parse([...rest, block.subarray(0, last), LIST_END])
    count += words.length
    yield words
    rest = [LIST_START, block.subarray(last + 1)]
  }
  const words = parse(rest)
  if (words.length === 0 && count > 0) throw invalidFormat(source, 'its list of words ends with a comma.')
  yield words
}

/** What finds the commas between the values of a JSON list that comes in blocks. */
function commaFinder(): (block: Uint8Array) => Generator<number, void, void> {
  let inText = false
  let isEscaped = false
  return function* (block) {
    for (let index = 0; index < block.length; index++) {
      const byte = block[index]
      if (isEscaped) isEscaped = false
      else if (byte === BACKSLASH) isEscaped = true
      else if (byte === QUOTE) inText = !inText
      else if (byte === COMMA && !inText) yield index
    }
  }
}

/** One flat list of so many values: of anything else JSON.parse could make more than there is memory. */
function checkFlat(source: ByteSource, bytes: Uint8Array, place: TextPlace): void {
  let values = 1
  let depth = 0
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]
    if (byte === QUOTE) {
      for (index++; index < bytes.length && bytes[index] !== QUOTE; index++) {
        if (bytes[index] === BACKSLASH) index++
      }
    } else if (byte === COMMA) values++
    else if (byte === 0x5b || byte === 0x7b) depth++
    if (depth > 1) {
      throw invalidFormat(
        source,
        `${place.name} holds a list or an object at position ${values - 1}; every entry must be a string.`,
        { position: values - 1 },
      )
    }
  }
  if (values > MAX_WORDS) {
    throw invalidFormat(source, `${place.name} has ${values} words; at most ${MAX_WORDS} are read.`)
  }
}

/** Throws `INVALID_FORMAT` with both numbers unless there is one word per row. */
export function checkWordCount(
  source: ByteSource,
  words: { readonly length: number },
  size: number,
  list: string,
): void {
  if (words.length === size) return
  throw invalidFormat(source, `${list} has ${words.length} words for ${size} rows: one per row is needed.`, {
    expected: size,
    actual: words.length,
  })
}
