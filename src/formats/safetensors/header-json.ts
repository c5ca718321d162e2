/**
 * The JSON of a safetensors header, read in one pass and strictly: keys that come twice are an error
 * (JSON.parse keeps the last), as are deep nesting and numbers that are not integers (it rounds them). One
 * file must not be two files to two readers.
 *
 * The entries come one after another. An object of a million keys would take JSON.parse ten seconds and a
 * gigabyte.
 */

import type { RowspaceError } from '../../core/errors.ts'
import type { ByteSource } from '../../sources/source.ts'
import { MAX_WORD_LENGTH } from '../loading.ts'
import { invalidFormat, MAX_TENSORS, quoted } from '../malformed.ts'

/** The deepest a header goes: the header, a tensor, its shape. */
const MAX_DEPTH = 3
/** More than any shape has dimensions. */
const MAX_LIST = 4_096

/** The text of a header, and what it is, for messages. */
export interface HeaderText {
  readonly source: ByteSource
  /** As in "its safetensors header". */
  readonly what: string
  readonly text: string
  /** Whether fractions, booleans and null are read: false unless given. */
  readonly anyValue?: boolean | undefined
}

/** An object is a Map, so that a key like `__proto__` is a key like any other. */
export type HeaderValue = string | number | boolean | null | readonly HeaderValue[] | HeaderObject
export type HeaderObject = ReadonlyMap<string, HeaderValue>

/** Whether `value` is a JSON object. */
export function isObject(value: HeaderValue | undefined): value is HeaderObject {
  return value instanceof Map
}

/**
 * The entries of a JSON object, in their order.
 *
 * @throws `INVALID_FORMAT` with the `offset` in UTF-16 units if it is not JSON, not an object, has a key
 *   twice in one object, is nested deeper than three levels, has more keys or longer lists than a header can,
 *   or has any value but objects, arrays, strings and integers
 */
export function* headerEntries(header: HeaderText): Generator<[string, HeaderValue], void, void> {
  const parser = new Parser(header)
  if (!parser.take('{')) throw parser.problem('it is not a JSON object')
  const keys = new Set<string>()
  for (const member of parser.members(1, keys)) {
    keys.add(member[0])
    yield member
  }
  if (!parser.take(undefined)) throw parser.unexpected('the end')
}

/** The keys of an object so far. */
type Keys = Pick<ReadonlySet<string>, 'has' | 'size'>

const INTEGER = /-?(?:0|[1-9]\d*)/y
const ANY = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
/** Letters, quotes included, from which engines make a view of the text instead of a copy. */
const MIN_SLICE = 12
const QUOTE = 0x22
const BACKSLASH = 0x5c

class Parser {
  #offset = 0
  readonly #text: string

  constructor(private readonly header: HeaderText) {
    this.#text = header.text
  }

  problem(text: string, offset = this.#offset): RowspaceError {
    const { source, what } = this.header
    return invalidFormat(source, `${what} is rejected: ${text} (character ${offset}).`, { offset })
  }

  unexpected(expected: string): RowspaceError {
    const found = this.#text[this.#offset]
    const holds = found === undefined ? 'it ends' : `it holds ${JSON.stringify(found)}`
    return this.problem(`it is not the JSON of a header: ${holds} where ${expected} was expected`)
  }

  /** Whether `sign` comes next, after white space; it is passed over. The end is undefined. */
  take(sign: string | undefined): boolean {
    while (' \t\r\n'.includes(this.#text[this.#offset] ?? 'end')) this.#offset++
    if (this.#text[this.#offset] !== sign) return false
    this.#offset++
    return true
  }

  /**
   * The members of an object after its brace, and its end.
   *
   * @param depth of the object
   * @param keys those that came before, which the caller adds
   */
  *members(depth: number, keys: Keys): Generator<[string, HeaderValue], void, void> {
    if (this.take('}')) return
    do {
      yield [this.#key(keys), this.#value(depth)]
    } while (this.take(','))
    if (!this.take('}')) throw this.unexpected('a comma or the end of the object')
  }

  #object(depth: number): HeaderObject {
    const object = new Map<string, HeaderValue>()
    for (const [key, value] of this.members(depth, object)) object.set(key, value)
    return object
  }

  #key(keys: Keys): string {
    if (!this.take('"')) throw this.unexpected('a string')
    const start = this.#offset - 1
    const key = this.#string()
    if (key.length > MAX_WORD_LENGTH) {
      throw this.problem(`it has a key of ${key.length} letters; at most ${MAX_WORD_LENGTH} are read`, start)
    }
    if (keys.has(key)) throw this.problem(`the key ${quoted(key)} comes twice`, start)
    if (keys.size === MAX_TENSORS) throw this.problem(`it has more than ${MAX_TENSORS} keys in one object`)
    if (!this.take(':')) throw this.unexpected('a colon')
    return key
  }

  /** @param depth of the object or list that holds the value */
  #value(depth: number): HeaderValue {
    if (this.take('"')) return this.#string()
    if (this.take('{')) return this.#object(this.#deeper(depth))
    if (this.take('[')) return this.#list(this.#deeper(depth))
    return this.#literal()
  }

  #deeper(depth: number): number {
    if (depth < MAX_DEPTH) return depth + 1
    throw this.problem(`it is nested deeper than ${MAX_DEPTH} levels`, this.#offset - 1)
  }

  #list(depth: number): HeaderValue[] {
    const list: HeaderValue[] = []
    if (this.take(']')) return list
    do {
      if (list.length === MAX_LIST) throw this.problem(`it has a list of more than ${MAX_LIST} values`)
      list.push(this.#value(depth))
    } while (this.take(','))
    if (!this.take(']')) throw this.unexpected('a comma or the end of the list')
    return list
  }

  #literal(): HeaderValue {
    const { anyValue } = this.header
    const pattern = anyValue ? ANY : INTEGER
    pattern.lastIndex = this.#offset
    const [found] = pattern.exec(this.#text) ?? []
    if (found === undefined) {
      throw this.unexpected(anyValue ? 'a value' : 'an object, a list, a string or an integer')
    }
    this.#offset += found.length
    return JSON.parse(found)
  }

  /** The string whose quote has been taken. */
  #string(): string {
    const start = this.#offset - 1
    let isPlain = true
    for (; ; this.#offset++) {
      const code = this.#text.charCodeAt(this.#offset)
      if (Number.isNaN(code)) throw this.problem('it ends inside a string', start)
      if (code === QUOTE) break
      if (code >= 0x20 && code !== BACKSLASH) continue
      isPlain = false
      if (code === BACKSLASH) this.#offset++
    }
    this.#offset++
    const string = this.#text.slice(start, this.#offset)
    // a longer slice would hold all of the text in memory
    if (isPlain && string.length < MIN_SLICE) return string.slice(1, -1)
    try {
      // "a" and "\u0061" are the same key
      return JSON.parse(string)
    } catch {
      throw this.problem(`${quoted(string)} is not a JSON string`, start)
    }
  }
}
