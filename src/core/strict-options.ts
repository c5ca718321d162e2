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
 * Every key of a type, with the check of its value (checked-options.ts); true where another place checks it.
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
