/** Options whose values are checked as they are read: a table says what each of them must be. */
import { type Check, type KeysOf, pickOptions, readOptions } from './strict-options.ts'
import { invalidArgument } from './values.ts'

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
