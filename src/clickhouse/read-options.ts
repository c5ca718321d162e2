/**
 * The one reader of options: each is read once, at the call, so that what a caller changes later changes
 * nothing, and what is unknown or of another kind is an error before anything is sent.
 */

import { SEARCH_OPTIONS } from '../core/options.ts'
import {
  BOOLEAN,
  FUNCTION,
  integerFrom,
  type KeysOf,
  oneOf,
  readChecked,
  SIGNAL,
  STRING,
  WATCHED,
} from '../core/strict-options.ts'
import { describe, invalidArgument } from '../core/values.ts'
import type {
  ClickHouseAnalogyOptions,
  ClickHouseOptions,
  ClickHouseSearchOptions,
  ConnectionOptions,
  SignalOptions,
  UploadOptions,
} from './options.ts'
import { checkName } from './sql.ts'

/** 24 days. Longer timers of JavaScript engines end at once. */
const MAX_TIMEOUT = 2 ** 31 - 100_000
/** A chunk is held in memory here and sorted there. */
const MAX_ROWS_AT_ONCE = 1 << 19

/** Names and addresses are checked where they are used. */
const CONNECTION_OPTIONS: KeysOf<ConnectionOptions> = {
  url: true,
  database: true,
  table: true,
  username: STRING,
  password: true,
  timeoutMilliseconds: integerFrom(1, MAX_TIMEOUT),
  settings: true,
  createClient: FUNCTION,
  tls: true,
}

const CLICKHOUSE_OPTIONS: KeysOf<ClickHouseOptions> = {
  ...CONNECTION_OPTIONS,
  columns: true,
  kernel: oneOf('codes', 'dotProduct', 'arrays'),
  core: true,
}

const UPLOAD_OPTIONS: KeysOf<UploadOptions> = {
  ...CONNECTION_OPTIONS,
  ...WATCHED,
  cluster: true,
  servers: ["a list of addresses, ['http://host:8123']", isListOfTexts],
  columns: true,
  metadata: FUNCTION,
  overwrite: BOOLEAN,
  rowsAtOnce: integerFrom(1, MAX_ROWS_AT_ONCE),
  codes: BOOLEAN,
}

/** Options of `combine`. */
export type SumOptions = Pick<ClickHouseAnalogyOptions, 'normalize' | 'signal'>

export const SIGNAL_ALONE: KeysOf<SignalOptions> = { signal: SIGNAL }
export const SUM: KeysOf<SumOptions> = { ...SIGNAL_ALONE, normalize: BOOLEAN }
export const SEARCH: KeysOf<ClickHouseSearchOptions> = {
  ...SEARCH_OPTIONS,
  ...SIGNAL_ALONE,
  includeInputs: BOOLEAN,
}
export const ANALOGY: KeysOf<ClickHouseAnalogyOptions> = { ...SEARCH, ...SUM }

/** The options of a call such as 'nearest()'. */
export function readCall<Options extends object>(
  given: Options | undefined,
  keys: KeysOf<Options>,
  call: string,
): Options {
  return readChecked(given, keys, `the options of ${call}`)
}

export function readClickHouseOptions<Options extends ClickHouseOptions>(given: Options): Options {
  const keys = CLICKHOUSE_OPTIONS as KeysOf<Options>
  const options = readChecked(given, keys, 'the options of openClickHouse()')
  return { ...options, ...readConnection(options), columns: copyOf('columns', options.columns) }
}

export function readUploadOptions(given: UploadOptions): UploadOptions {
  const options = readChecked(given, UPLOAD_OPTIONS, 'the options of uploadTable()')
  const { cluster, servers, columns } = options
  if (cluster !== undefined) checkName(cluster, 'a cluster')
  return {
    ...options,
    ...readConnection(options),
    servers: servers && [...servers],
    columns: copyOf('columns', columns),
  }
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

function readConnection(options: ConnectionOptions): Partial<ConnectionOptions> {
  const { password, tls } = options
  const settings = copyOf('settings', options.settings)
  // no message shows it
  if (password !== undefined && typeof password !== 'string') {
    throw invalidArgument('password must be a string', '***')
  }
  for (const [name, value] of Object.entries(settings ?? {})) {
    if (/^\w+$/.test(name) && (typeof value === 'string' || Number.isFinite(value))) continue
    throw invalidArgument(`the setting ${describe(name)} must be a word with a text or a number`, value)
  }
  return { settings, tls: copyOf('tls', tls) }
}

function copyOf<Value extends object>(name: string, value: Value | undefined): Value | undefined {
  if (value === undefined) return undefined
  if (Object.prototype.toString.call(value) === '[object Object]') return { ...value }
  throw invalidArgument(`${name} must be an object`, value)
}
