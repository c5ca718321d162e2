/**
 * The one reader of options, and of every other object with named parts that a caller passes. An unknown key
 * is an error: a misspelt option would silently get its default.
 */

import { editDistance } from './edit-distance.ts'
import { RowspaceError } from './errors.ts'
import { describe, invalidArgument } from './values.ts'

/** What a value must be, as the end of "signal must be …", and whether one is. */
export type Check = readonly [expected: string, holds: (value: unknown) => boolean]

/**
 * Every key of a type, with the check of its value; true where another place checks it.
 * An option that is missing here does not compile.
 */
export type KeysOf<Options> = Readonly<Record<keyof Options, true | Check>>

/** Letters of an unknown key that are compared with the known ones. */
const MAX_KEY = 60

/**
 * A copy of the given options, each read once. undefined means no options.
 *
 * @param what how errors name them: 'the options of nearest()'
 * @throws RowspaceError `INVALID_ARGUMENT` for what is not an object, and for an unknown key: the message
 * names the key and the nearest known one.
 */
export function readOptions<Options extends object>(
  given: Options | undefined,
  keys: KeysOf<Options>,
  what: string,
): Options {
  return given === undefined ? ({} as Options) : pickOptions(checkOptions(given, keys, what), keys)
}

/**
 * The given options themselves, for a caller who reads each of them once and at once.
 *
 * @throws RowspaceError as readOptions
 */
export function checkOptions<Options extends object>(
  given: Options,
  keys: KeysOf<Options>,
  what: string,
): Options {
  const isPlain = Object.getPrototypeOf(given ?? 0) === Object.prototype
  if (!isPlain && Object.prototype.toString.call(given) !== '[object Object]') {
    throw invalidArgument(`${what} must be an object`, given)
  }
  for (const key in given) {
    if (!Object.hasOwn(keys, key) && Object.hasOwn(given, key)) throw unknownKey(key, keys, what)
  }
  return given
}

/** The options that are among `keys`. */
export function pickOptions<Options extends object>(
  given: Options | undefined,
  keys: KeysOf<Options>,
): Options {
  const picked: Partial<Options> = {}
  for (const key in keys) {
    const value = Object.hasOwn(keys, key) ? given?.[key] : undefined
    if (value !== undefined) picked[key] = value
  }
  return picked as Options
}

function unknownKey(key: string, keys: object, what: string): RowspaceError {
  const known = Object.keys(keys)
  const name = key.slice(0, MAX_KEY).toLowerCase()
  const distances = known.map((other) => editDistance(name, other.toLowerCase()))
  const nearest = known[distances.indexOf(Math.min(...distances))]
  return new RowspaceError(
    'INVALID_ARGUMENT',
    `unknown key ${describe(key)} in ${what}; did you mean ${describe(nearest)}? Known keys: ` +
      `${known.join(', ')}.`,
    { key, nearest },
  )
}

export const STRING: Check = ['a string', (value) => typeof value === 'string']
export const BOOLEAN: Check = ['a boolean', (value) => typeof value === 'boolean']
export const FUNCTION: Check = ['a function', (value) => typeof value === 'function']
/** An AbortSignal of whatever realm. */
export const SIGNAL: Check = ['an AbortSignal', isSignal]

/** What can be watched and stopped. */
export const WATCHED = { onProgress: FUNCTION, signal: SIGNAL } as const

export function oneOf(...choices: readonly string[]): Check {
  const quoted = choices.map((choice) => `'${choice}'`)
  const expected = `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
  return [expected, (value) => choices.includes(value as string)]
}

export function integerFrom(min: number, max = Number.MAX_SAFE_INTEGER): Check {
  const expected = `an integer ${max === Number.MAX_SAFE_INTEGER ? `≥ ${min}` : `from ${min} to ${max}`}`
  return [expected, (value) => Number.isSafeInteger(value) && isWithin(value, min, max)]
}

/** Whether `value` is a number from `min` to `max`. */
export function isWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max
}

function isSignal(value: unknown): boolean {
  const { throwIfAborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>
  return typeof throwIfAborted === 'function' && typeof addEventListener === 'function'
}

/** As readOptions. Throws `INVALID_ARGUMENT` also for a value that is not what its key's check says. */
export function readChecked<Options extends object>(
  given: Options | undefined,
  keys: KeysOf<Options>,
  what: string,
  prefix = '',
): Options {
  return checkValues(readOptions(given, keys, what), keys, prefix)
}

/** The options among `keys`, each checked. */
export function pickChecked<Options extends object>(
  given: Options | undefined,
  keys: KeysOf<Options>,
): Options {
  return checkValues(pickOptions(given, keys), keys, '')
}

function checkValues<Options extends object>(
  options: Options,
  keys: KeysOf<Options>,
  prefix: string,
): Options {
  for (const name in options) {
    const check: true | Check = keys[name]
    if (check !== true) checkValue(prefix + name, options[name], check)
  }
  return options
}

/** Throws `INVALID_ARGUMENT` unless `value` is undefined or what the check says. */
export function checkValue(name: string, value: unknown, [expected, holds]: Check): void {
  if (value !== undefined && !holds(value)) throw invalidArgument(`${name} must be ${expected}`, value)
}
