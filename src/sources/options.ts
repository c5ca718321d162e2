/**
 * Reads how sources are opened: what is misspelt, or of another kind, is an error before the first request.
 */

import { RowspaceError } from '../core/errors.ts'
import {
  BOOLEAN,
  type Check,
  checkValue,
  integerFrom,
  isWithin,
  type KeysOf,
  pickChecked,
  readChecked,
  SIGNAL,
  STRING,
} from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
import type { HubOptions, SourceOptions } from './source.ts'

export const SOURCE_OPTIONS: KeysOf<SourceOptions> = {
  signal: SIGNAL,
  headers: ["an object of names and values, { authorization: '…' }", isRecord],
  retries: integerFrom(0),
  retryMilliseconds: ['a number ≥ 0', (value) => isWithin(value, 0, Number.MAX_VALUE)],
  // a longer timeout would end at once
  stallMilliseconds: [
    'a number ≥ 1 and < 2147483648',
    (value) => isWithin(value, 1, 2 ** 31) && value !== 2 ** 31,
  ],
  hub: true,
}

export const CACHE: Check = ['true, false or the path of a folder', isCache]

const HUB_OPTIONS: KeysOf<HubOptions> = {
  endpoint: STRING,
  token: STRING,
  cache: CACHE,
  offline: BOOLEAN,
  refresh: BOOLEAN,
}

/** The options of a source among those of a table, each of the kind it must be. Throws `INVALID_ARGUMENT`. */
export function pickSourceOptions(given: SourceOptions | undefined): SourceOptions {
  const options = pickChecked(given, SOURCE_OPTIONS)
  checkHeaders(options.headers)
  if (options.hub === undefined) return options
  return { ...options, hub: readChecked(options.hub, HUB_OPTIONS, 'the hub options', 'hub.') }
}

/** Throws `INVALID_ARGUMENT` unless it is true, false, a folder or undefined. */
export const checkCache = (cache: unknown): void => checkValue('cache', cache, CACHE)

function isCache(value: unknown): boolean {
  return typeof value === 'boolean' || (typeof value === 'string' && value !== '')
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
