/**
 * The JSON of a safetensors header, checked for what JSON.parse lets pass: keys that come twice (it keeps the last), depth
 * beyond reason, and numbers that are not whole (it rounds them). One file must not be two files to two readers.
 */

/** The deepest a header goes: the header, a tensor, its shape. */
const MAX_DEPTH = 3

/** A header's own words for what is wrong with it; `offset` counts UTF-16 units of the text. */
export class HeaderJsonError extends Error {
  readonly offset: number
  constructor(problem: string, offset: number) {
    super(problem)
    this.offset = offset
  }
}

/**
 * Parses a JSON object into a Map, so that a key like `__proto__` is a key like any other.
 *
 * @throws HeaderJsonError if it is not JSON, not an object, has a key twice in one object, is nested deeper than three
 *   levels, or holds anything but objects, arrays, strings and whole numbers (unless `values` says that any value may be there)
 */
export function parseHeaderJson(
  text: string,
  values: 'whole numbers' | 'any values' = 'whole numbers',
): Map<string, unknown> {
  checkTokens(text, values === 'any values')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new HeaderJsonError(`it is not JSON (${(error as Error).message})`, 0)
  }
  if (!isObject(value)) throw new HeaderJsonError('it is not a JSON object', 0)
  // JSON.parse defines `__proto__` as an own property, so entries has it and nothing is inherited.
  return new Map(Object.entries(value))
}

/** Whether `value` is a JSON object, not an array and not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

interface Level {
  /** The keys so far, where it is an object. */
  readonly keys: Set<string> | undefined
  /** Whether a string that comes now is a key. */
  expectsKey: boolean
}

/** Goes over the text once, without recursion. It only looks for what JSON.parse does not: that runs after. */
function checkTokens(text: string, anyValue: boolean): void {
  const levels: Level[] = []
  let offset = 0
  while (offset < text.length) {
    const character = text[offset]!
    if (character === '"') {
      const end = stringEnd(text, offset)
      checkString(text, offset, end, levels.at(-1))
      offset = end
    } else {
      checkCharacter(character, offset, levels, anyValue)
      offset++
    }
  }
}

/** One past the quote that closes the string at `offset`. */
function stringEnd(text: string, offset: number): number {
  for (let index = offset + 1; index < text.length; index++) {
    const character = text[index]
    if (character === '"') return index + 1
    if (character === '\\') index++
  }
  throw new HeaderJsonError('it ends inside a string', offset)
}

function checkCharacter(character: string, offset: number, levels: Level[], anyValue: boolean): void {
  const level = levels.at(-1)
  if (character === '{' || character === '[') {
    if (levels.length === MAX_DEPTH) {
      throw new HeaderJsonError(`it is nested deeper than ${MAX_DEPTH} levels`, offset)
    }
    const isObject = character === '{'
    levels.push({ keys: isObject ? new Set() : undefined, expectsKey: isObject })
  } else if (character === '}' || character === ']') {
    levels.pop()
  } else if (character === ',') {
    if (level?.keys) level.expectsKey = true
  } else if (!anyValue && !ALLOWED.includes(character)) {
    throw new HeaderJsonError(
      `it holds ${JSON.stringify(character)}, which belongs to no object, list, string or whole number`,
      offset,
    )
  }
}

/** White space, the colon, and whole numbers: a fraction or an exponent could be rounded to another number. */
const ALLOWED = ' \t\r\n:0123456789-'

function checkString(text: string, offset: number, end: number, level: Level | undefined): void {
  if (!level?.keys || !level.expectsKey) return
  level.expectsKey = false
  checkKey(text.slice(offset, end), offset, level.keys)
}

function checkKey(literal: string, offset: number, keys: Set<string>): void {
  let key: string
  try {
    // Parsed, so that "a" and "\u0061" are the same key.
    key = JSON.parse(literal)
  } catch {
    throw new HeaderJsonError(`${literal} is not a JSON string`, offset)
  }
  if (keys.has(key)) throw new HeaderJsonError(`the key ${JSON.stringify(key)} comes twice`, offset)
  keys.add(key)
}
