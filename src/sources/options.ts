/**
 * Reads how sources are opened: what is misspelt, or of another kind, is an error before the first request.
 */

import { RowspaceError } from '../core/errors.ts'
import { type KeysOf, pickOptions, readOptions } from '../core/strict-options.ts'
import { describe, invalidArgument } from '../core/values.ts'
import type { HubOptions, SourceOptions } from './source.ts'

export const SOURCE_OPTIONS: KeysOf<SourceOptions> = {
  signal: true,
  headers: true,
  retries: true,
  retryMilliseconds: true,
  stallMilliseconds: true,
  hub: true,
}

const HUB_OPTIONS: KeysOf<HubOptions> = {
  endpoint: true,
  token: true,
  cache: true,
  offline: true,
  refresh: true,
}

/** What a value must be, in words, and whether one is. */
type Check = readonly [expected: string, holds: (value: unknown) => boolean]

const A_STRING: Check = ['a string', (value) => typeof value === 'string']
const A_BOOLEAN: Check = ['a boolean', (value) => typeof value === 'boolean']
const A_SIGNAL: Check = ['an AbortSignal', isSignal]
const A_CACHE: Check = ['true, false or the path of a folder', isCache]

const CHECKS: { readonly [Name in keyof SourceOptions | `hub.${keyof HubOptions}`]?: Check } = {
  signal: A_SIGNAL,
  headers: ["an object of names and values, { authorization: '…' }", isRecord],
  retries: ['an integer ≥ 0', (value) => Number.isSafeInteger(value) && Number(value) >= 0],
  retryMilliseconds: ['a number ≥ 0', isWithin(0, Number.POSITIVE_INFINITY)],
  // a longer timeout would end at once
  stallMilliseconds: ['a number ≥ 1 and < 2147483648', isWithin(1, 2 ** 31)],
  'hub.endpoint': A_STRING,
  'hub.token': A_STRING,
  'hub.cache': A_CACHE,
  'hub.offline': A_BOOLEAN,
  'hub.refresh': A_BOOLEAN,
}

/** The options of a source among those of a table, each of the kind it must be. Throws `INVALID_ARGUMENT`. */
export function pickSourceOptions(given: SourceOptions | undefined): SourceOptions {
  const options = pickOptions(given, SOURCE_OPTIONS)
  checkAll(options)
  checkHeaders(options.headers)
  if (options.hub === undefined) return options
  const hub = readOptions(options.hub, HUB_OPTIONS, 'the hub options')
  checkAll(hub, 'hub.')
  return { ...options, hub }
}

function checkAll(options: object, prefix = ''): void {
  const checks: Readonly<Record<string, Check | undefined>> = CHECKS
  for (const [key, value] of Object.entries(options)) {
    const name = prefix + key
    if (checks[name] !== undefined) check(name, value, checks[name])
  }
}

function check(name: string, value: unknown, [expected, holds]: Check): void {
  if (value === undefined || holds(value)) return
  throw invalidArgument(`${name} must be ${expected}`, value)
}

/** Throws `INVALID_ARGUMENT` unless it is an AbortSignal, of whatever realm, or undefined. */
export const checkSignal = (signal: unknown): void => check('signal', signal, A_SIGNAL)

/** Throws `INVALID_ARGUMENT` unless it is true, false, a folder or undefined. */
export const checkCache = (cache: unknown): void => check('cache', cache, A_CACHE)

function isSignal(value: unknown): boolean {
  const { throwIfAborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>
  return typeof throwIfAborted === 'function' && typeof addEventListener === 'function'
}

function isCache(value: unknown): boolean {
  return typeof value === 'boolean' || (typeof value === 'string' && value !== '')
}

function isWithin(min: number, end: number): (value: unknown) => boolean {
  return (value) => typeof value === 'number' && value >= min && value < end
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(Symbol.iterator in value)
}

/** Values are in no message: they may be secrets. */
function checkHeaders(headers: object = {}): void {
  for (const [name, value] of Object.entries(headers)) {
    if (/^[!#$%&'*+.^_`|~\w-]+$/.test(name) && isHeaderValue(value)) continue
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `headers holds ${describe(name)}, whose name or value cannot be sent: a value is one line of ` +
        'Latin-1 text.',
      { header: name },
    )
  }
}

const isHeaderValue = (value: unknown) => typeof value === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
