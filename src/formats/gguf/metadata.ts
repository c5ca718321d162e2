/** The metadata of a GGUF file: keys and values of any type, of which a table needs few. */

import type { EncodingErrors } from '../format.ts'
import { MAX_WORD_LENGTH } from '../loading.ts'
import { invalidFormat, MAX_WORDS, quoted } from '../malformed.ts'
import { decodeUtf8 } from '../text/utf8.ts'
import type { Cursor } from './cursor.ts'

export interface GgufMetadata {
  /** Bytes that tensors are aligned to. */
  readonly alignment: number
  /** How tokens are written: 'gpt2', 'llama', 'bert' … */
  readonly tokenizer: string | undefined
  readonly tokens: readonly string[] | undefined
  /** Of a model in several files. */
  readonly split: GgufSplit
}

/** Which file of a model it is, as llama.cpp's gguf-split writes it. */
export interface GgufSplit {
  /** Of this file, from 0. */
  readonly number: number
  /** Files of the model: 1 unless it says so. */
  readonly count: number
  /** Tensors in all of them, where it says so. */
  readonly tensors: number | undefined
}

const ALIGNMENT = 'general.alignment'
const TOKENIZER = 'tokenizer.ggml.model'
const TOKENS = 'tokenizer.ggml.tokens'
const SPLIT_NUMBER = 'split.no'
const SPLIT_COUNT = 'split.count'
const SPLIT_TENSORS = 'split.tensors.count'
const SPLIT_KEYS: readonly string[] = [SPLIT_NUMBER, SPLIT_COUNT, SPLIT_TENSORS]
const DEFAULT_ALIGNMENT = 32
/** Lists in a list: nobody writes any. */
const MAX_LISTS = 65_536
/** Lists of lists of lists: nobody writes deeper ones. */
const MAX_DEPTH = 4

/** Numbers of the value types that are not of one size, and of the one that an alignment has. */
const UINT32 = 4
const STRING = 8
const LIST = 9
/** UINT8, UINT16, UINT32 and INT32: what counts a few things. */
const COUNTS: readonly number[] = [0, 2, 4, 5]
/** Bytes of a value by the number of its type: 0 to 7 and 10 to 12. */
const VALUE_BYTES: ReadonlyMap<number, number> = new Map([
  ...[1, 1, 2, 2, 4, 4, 4, 1].entries(),
  ...[8, 8, 8].map((bytes, index) => [10 + index, bytes] as const),
])
/** Bytes of an element at least: the length of a string, the type and length of a list. */
const MIN_BYTES: ReadonlyMap<number, number> = new Map([...VALUE_BYTES, [STRING, 8], [LIST, 12]])
/** Bytes of an entry at least: the length of its key, a type, a value. */
export const MIN_ENTRY_BYTES = 13

/** @throws `INVALID_FORMAT`, `TRUNCATED`, `INVALID_ENCODING` naming the key */
export async function readGgufMetadata(
  cursor: Cursor,
  count: number,
  encodingErrors: EncodingErrors,
): Promise<GgufMetadata> {
  const { source } = cursor
  const keys = new Set<string>()
  let alignment = DEFAULT_ALIGNMENT
  let tokenizer: string | undefined
  let tokens: string[] | undefined
  const counts = new Map<string, number>()
  for (let entry = 0; entry < count; entry++) {
    const key = await readGgufText(cursor, `metadata key ${entry}`)
    if (keys.has(key)) throw invalidFormat(source, `the metadata key ${quoted(key)} comes twice.`, { key })
    keys.add(key)
    await cursor.need(4, `metadata ${quoted(key)}`)
    const type = cursor.u32()
    if (key === ALIGNMENT) alignment = await readAlignment(cursor, type)
    else if (key === TOKENIZER && type === STRING) tokenizer = await readGgufText(cursor, TOKENIZER)
    else if (SPLIT_KEYS.includes(key)) counts.set(key, await readCount(cursor, type, key))
    else if (key === TOKENS) tokens = await readTokens(cursor, type, encodingErrors)
    else await skipValue(cursor, type, key, 0)
  }
  const split = {
    number: counts.get(SPLIT_NUMBER) ?? 0,
    count: counts.get(SPLIT_COUNT) ?? 1,
    tensors: counts.get(SPLIT_TENSORS),
  }
  return { alignment, tokenizer, tokens, split }
}

/** A string of UTF-8: its length, then its bytes. */
export async function readGgufText(cursor: Cursor, what: string): Promise<string> {
  await cursor.need(8, what)
  const length = cursor.u64()
  if (length > MAX_WORD_LENGTH) throw tooLong(cursor, what, length)
  await cursor.need(length, what)
  const place = { name: `${cursor.source.name}, ${what}`, offset: cursor.position }
  return decodeUtf8(cursor.bytes(length), 'strict', place)
}

async function readAlignment(cursor: Cursor, type: number): Promise<number> {
  await cursor.need(4, ALIGNMENT)
  const alignment = type === UINT32 ? cursor.u32() : 0
  // a power of two: the tensors are then aligned to their numbers
  if (alignment >= 1 && (alignment & (alignment - 1)) === 0) return alignment
  const shown = type === UINT32 ? alignment : `of value type ${type}`
  throw invalidFormat(cursor.source, `its ${ALIGNMENT} is ${shown}; a power of two was expected.`)
}

async function readCount(cursor: Cursor, type: number, key: string): Promise<number> {
  const length = COUNTS.includes(type) ? VALUE_BYTES.get(type) : undefined
  if (length === undefined) {
    throw invalidFormat(cursor.source, `its ${key} has the value type ${type}; a count was expected.`, {
      key,
    })
  }
  await cursor.need(length, key)
  return cursor.bytes(length).reduceRight((value, byte) => value * 256 + byte, 0)
}

async function readTokens(cursor: Cursor, type: number, encodingErrors: EncodingErrors): Promise<string[]> {
  const { element, count } = type === LIST ? await readListHead(cursor, TOKENS) : { element: -1, count: 0 }
  if (element !== STRING) {
    const shown = type === LIST ? `${type} of ${element}` : type
    throw invalidFormat(cursor.source, `its ${TOKENS} is not a list of strings (value type ${shown}).`)
  }
  if (count > MAX_WORDS) {
    throw invalidFormat(cursor.source, `it claims ${count} tokens; at most ${MAX_WORDS} are read.`)
  }
  const name = `${cursor.source.name}, ${TOKENS}`
  const tokens: string[] = []
  for (let id = 0; id < count; id++) {
    if (!cursor.has(8)) await cursor.need(8, `token ${id}`)
    const length = cursor.u64()
    if (length > MAX_WORD_LENGTH) throw tooLong(cursor, `token ${id}`, length)
    if (!cursor.has(length)) await cursor.need(length, `token ${id}`)
    const place = { name, offset: cursor.position }
    tokens.push(decodeUtf8(cursor.bytes(length), encodingErrors, place))
  }
  return tokens
}

/** The type and number of a list's elements, for which the file has room. */
async function readListHead(cursor: Cursor, key: string): Promise<{ element: number; count: number }> {
  const what = `metadata ${quoted(key)}`
  await cursor.need(12, what)
  const element = cursor.u32()
  const count = cursor.u64()
  const minBytes = MIN_BYTES.get(element)
  if (minBytes === undefined) throw unknownType(cursor, key, element)
  cursor.checkLeft(count * minBytes, `${what}, a list of ${count} values,`)
  return { element, count }
}

async function skipValue(cursor: Cursor, type: number, key: string, depth: number): Promise<void> {
  const what = `metadata ${quoted(key)}`
  const bytes = VALUE_BYTES.get(type)
  if (bytes !== undefined) return cursor.skip(bytes, what)
  if (type === STRING) {
    if (!cursor.has(8)) await cursor.need(8, what)
    return cursor.skip(cursor.u64(), what)
  }
  if (type !== LIST) throw unknownType(cursor, key, type)
  if (depth === MAX_DEPTH) {
    throw invalidFormat(cursor.source, `${what} is nested deeper than ${MAX_DEPTH} lists.`, { key })
  }
  const { element, count } = await readListHead(cursor, key)
  if (element === LIST && count > MAX_LISTS) {
    throw invalidFormat(cursor.source, `${what} is a list of ${count} lists; at most ${MAX_LISTS} are read.`)
  }
  const each = VALUE_BYTES.get(element)
  if (each !== undefined) return cursor.skip(count * each, what)
  for (let index = 0; index < count; index++) {
    if (element === STRING && cursor.has(8)) cursor.skip(cursor.u64(), what)
    else await skipValue(cursor, element, key, depth + 1)
  }
}

function tooLong(cursor: Cursor, what: string, length: number) {
  const claim = `${what} claims to be ${length} bytes long; at most ${MAX_WORD_LENGTH} are allowed.`
  return invalidFormat(cursor.source, claim)
}

function unknownType(cursor: Cursor, key: string, type: number) {
  const problem = `the metadata ${quoted(key)} has the value type ${type}, which GGUF does not have.`
  return invalidFormat(cursor.source, problem, { key, type })
}
