/**
 * The JSON of a safetensors header, read in one pass and strictly: keys that come twice are an error (JSON.parse keeps the last), as
 * are deep nesting and numbers that are not whole (it rounds them). One file must not be two files to two readers.
 *
 * The entries come one after another. An object of a million keys would take JSON.parse ten seconds and a gigabyte.
 */

import { MAX_WORD_LENGTH } from '../loading.ts'
import { MAX_TENSORS, quoted } from '../malformed.ts'

/** The deepest a header goes: the header, a tensor, its shape. */
const MAX_DEPTH = 3
/** More than any shape has dimensions. */
const MAX_LIST = 4_096

/** A header's own words for what is wrong with it; `offset` counts UTF-16 units of the text. */
export class HeaderJsonError extends Error {
  readonly offset: number
  constructor(problem: string, offset: number) {
    super(problem)
    this.offset = offset
  }
}

/** An object is a Map, so that a key like `__proto__` is a key like any other. */
export type HeaderValue = string | number | boolean | null | readonly HeaderValue[] | HeaderObject
export type HeaderObject = ReadonlyMap<string, HeaderValue>

/** Whether `value` is a JSON object. */
export function isObject(value: HeaderValue | undefined): value is HeaderObject {
  return value instanceof Map
}

/** The JSON object as a Map. Throws as `headerEntries`. */
export function parseHeaderJson(
  text: string,
  values: 'whole numbers' | 'any values' = 'whole numbers',
): HeaderObject {
  return new Map(headerEntries(text, values))
}

/**
 * The entries of a JSON object, in their order.
 *
 * @throws HeaderJsonError if it is not JSON, not an object, has a key twice in one object, is nested deeper than three levels, has
 *   more keys or longer lists than a header can, or holds anything but objects, arrays, strings and whole numbers (unless `values`
 *   says that any value may be there)
 */
export function* headerEntries(
  text: string,
  values: 'whole numbers' | 'any values' = 'whole numbers',
): Generator<[string, HeaderValue], void, void> {
  const parser = new Parser(text, values === 'any values')
  parser.skipSpace()
  if (!parser.take('{')) throw parser.problem('it is not a JSON object')
  const keys = new Set<string>()
  for (let key = parser.firstKey(keys); key !== undefined; key = parser.nextKey(keys)) {
    keys.add(key)
    yield [key, parser.value(1)]
  }
  parser.skipSpace()
  if (parser.offset < text.length) throw parser.unexpected('the end')
}

/** The keys of an object so far. */
interface Keys {
  readonly size: number
  has(key: string): boolean
}

const WHOLE = /-?(?:0|[1-9]\d*)/y
const ANY = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
/** Letters, quotes included, from which engines make a view of the text instead of a copy. */
const MIN_SLICE = 12
const QUOTE = 0x22
const BACKSLASH = 0x5c

class Parser {
  offset = 0
  constructor(
    private readonly text: string,
    private readonly anyValue: boolean,
  ) {}

  /** The key of the first member of the object that has just begun, and its colon. Undefined where it ends. */
  firstKey(keys: Keys): string | undefined {
    this.skipSpace()
    return this.take('}') ? undefined : this.key(keys)
  }

  nextKey(keys: Keys): string | undefined {
    this.skipSpace()
    if (this.take(',')) return this.key(keys)
    if (this.take('}')) return undefined
    throw this.unexpected('a comma or the end of the object')
  }

  private key(keys: Keys): string {
    this.skipSpace()
    const start = this.offset
    const key = this.string()
    if (key.length > MAX_WORD_LENGTH) {
      throw this.problem(`it has a key of ${key.length} letters; at most ${MAX_WORD_LENGTH} are read`, start)
    }
    if (keys.has(key)) throw this.problem(`the key ${quoted(key)} comes twice`, start)
    if (keys.size === MAX_TENSORS) throw this.problem(`it has more than ${MAX_TENSORS} keys in one object`)
    this.skipSpace()
    if (!this.take(':')) throw this.unexpected('a colon')
    return key
  }

  skipSpace(): void {
    while (' \t\r\n'.includes(this.text[this.offset] ?? 'end')) this.offset++
  }

  /** Whether `sign` comes next; it is passed over. */
  take(sign: string): boolean {
    if (this.text[this.offset] !== sign) return false
    this.offset++
    return true
  }

  problem(text: string, offset = this.offset): HeaderJsonError {
    return new HeaderJsonError(text, offset)
  }

  unexpected(expected: string): HeaderJsonError {
    const found = this.text[this.offset]
    const holds = found === undefined ? 'it ends' : `it holds ${JSON.stringify(found)}`
    return this.problem(`it is not the JSON of a header: ${holds} where ${expected} was expected`)
  }

  /** @param depth of the object or list that holds the value */
  value(depth: number): HeaderValue {
    this.skipSpace()
    const sign = this.text[this.offset]
    if (sign === '"') return this.string()
    if (sign !== '{' && sign !== '[') return this.literal()
    if (depth === MAX_DEPTH) throw this.problem(`it is nested deeper than ${MAX_DEPTH} levels`)
    this.offset++
    return sign === '{' ? this.object(depth + 1) : this.list(depth + 1)
  }

  private object(depth: number): HeaderObject {
    const object = new Map<string, HeaderValue>()
    for (let key = this.firstKey(object); key !== undefined; key = this.nextKey(object)) {
      object.set(key, this.value(depth))
    }
    return object
  }

  private list(depth: number): HeaderValue[] {
    const list: HeaderValue[] = []
    this.skipSpace()
    if (this.take(']')) return list
    do {
      if (list.length === MAX_LIST) throw this.problem(`it has a list of more than ${MAX_LIST} values`)
      list.push(this.value(depth))
      this.skipSpace()
    } while (this.take(','))
    if (!this.take(']')) throw this.unexpected('a comma or the end of the list')
    return list
  }

  private literal(): HeaderValue {
    const pattern = this.anyValue ? ANY : WHOLE
    pattern.lastIndex = this.offset
    const [found] = pattern.exec(this.text) ?? []
    if (found === undefined) {
      throw this.unexpected(this.anyValue ? 'a value' : 'an object, a list, a string or a whole number')
    }
    this.offset += found.length
    return found === 'null' ? null : found === 'true' || (found === 'false' ? false : Number(found))
  }

  private string(): string {
    const start = this.offset
    if (!this.take('"')) throw this.unexpected('a string')
    let isPlain = true
    for (; ; this.offset++) {
      const code = this.text.charCodeAt(this.offset)
      if (Number.isNaN(code)) throw this.problem('it ends inside a string', start)
      if (code === QUOTE) break
      if (code >= 0x20 && code !== BACKSLASH) continue
      isPlain = false
      if (code === BACKSLASH) this.offset++
    }
    this.offset++
    // a longer slice would keep all of the text in memory
    if (isPlain && this.offset - start < MIN_SLICE) return this.text.slice(start + 1, this.offset - 1)
    try {
      // "a" and "\u0061" are the same key
      return JSON.parse(this.text.slice(start, this.offset))
    } catch {
      throw this.problem(`${quoted(this.text.slice(start, this.offset))} is not a JSON string`, start)
    }
  }
}
