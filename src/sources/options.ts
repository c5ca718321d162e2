/** The one reader of how sources are opened: what is misspelt, or of another kind, is an error before anything is asked for. */

import { RowspaceError } from '../core/errors.ts'
import { type KeysOf, pickOptions, readOptions } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
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

/** The options of a source among those of a table, each of the kind it must be. Throws `INVALID_ARGUMENT`. */
export function pickSourceOptions(given: SourceOptions | undefined): SourceOptions {
  const options = pickOptions(given, SOURCE_OPTIONS)
  checkSignal(options.signal)
  checkHeaders(options.headers)
  checkNumber('retries', options.retries, 0, Number.isSafeInteger)
  checkNumber('retryMilliseconds', options.retryMilliseconds, 0, Number.isFinite)
  checkNumber('stallMilliseconds', options.stallMilliseconds, 1, isTimeout)
  return options.hub === undefined ? options : { ...options, hub: readHubOptions(options.hub) }
}

/** Throws `INVALID_ARGUMENT` unless it is an AbortSignal, of whatever realm, or undefined. */
export function checkSignal(signal: unknown): void {
  if (signal === undefined) return
  const { throwIfAborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>
  if (typeof throwIfAborted === 'function' && typeof addEventListener === 'function') return
  throw new RowspaceError('INVALID_ARGUMENT', `signal must be an AbortSignal; got ${describe(signal)}.`)
}

function readHubOptions(given: HubOptions): HubOptions {
  const options = readOptions(given, HUB_OPTIONS, 'the hub options')
  checkKind('hub.endpoint', options.endpoint, 'string')
  checkKind('hub.token', options.token, 'string')
  checkKind('hub.offline', options.offline, 'boolean')
  checkKind('hub.refresh', options.refresh, 'boolean')
  checkCache('hub.cache', options.cache)
  return options
}

/** Throws `INVALID_ARGUMENT` unless it is true, false, a folder or undefined. */
export function checkCache(name: string, cache: unknown): void {
  if (cache === undefined || typeof cache === 'boolean' || (typeof cache === 'string' && cache !== '')) return
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `${name} must be true, false or the path of a folder; got ${describe(cache)}.`,
  )
}

function checkKind(name: string, value: unknown, kind: 'string' | 'boolean'): void {
  if (value === undefined || typeof value === kind) return
  // a token that is no text is no secret, but its neighbours in an object may be
  throw new RowspaceError('INVALID_ARGUMENT', `${name} must be a ${kind}; got ${describe(value)}.`)
}

const isTimeout = (value: unknown) => Number.isFinite(value) && Number(value) < 2 ** 31

function checkNumber(name: string, value: unknown, least: number, isOne: (value: unknown) => boolean): void {
  if (value === undefined || (isOne(value) && Number(value) >= least)) return
  const kind = isOne === Number.isSafeInteger ? 'an integer' : 'a number'
  throw new RowspaceError('INVALID_ARGUMENT', `${name} must be ${kind} ≥ ${least}; got ${describe(value)}.`)
}

/** Values are in no message: they may be secrets. */
function checkHeaders(headers: unknown): void {
  if (headers === undefined) return
  const isRecord = typeof headers === 'object' && headers !== null && !Array.isArray(headers)
  if (!isRecord || Symbol.iterator in headers) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `headers must be an object of names and values, { authorization: '…' }; got ${describe(headers)}.`,
    )
  }
  for (const [name, value] of Object.entries(headers)) {
    if (/^[!#$%&'*+.^_`|~\w-]+$/.test(name) && typeof value === 'string' && isHeaderValue(value)) continue
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `headers holds ${describe(name)}, whose name or value cannot be sent: a value is one line of Latin-1 text.`,
      { header: name },
    )
  }
}

const isHeaderValue = (value: string) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
