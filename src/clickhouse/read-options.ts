/**
 * The one reader of options: each is read once, at the call, so that what a caller changes later changes
 * nothing, and what is unknown or of another kind is an error before anything is sent.
 */

import type { RowspaceError } from '../core/errors.ts'
import { SEARCH_OPTIONS } from '../core/options.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { describe, invalidArgument } from '../core/values.ts'
import type { ColumnTypes } from '../metadata/types.ts'
import { checkSignal } from '../sources/options.ts'
import type {
  ClickHouseAnalogyOptions,
  ClickHouseOptions,
  ClickHouseSearchOptions,
  ConnectionOptions,
  SignalOptions,
  UploadOptions,
} from './options.ts'
import { checkName } from './sql.ts'

const CONNECTION_OPTIONS: KeysOf<ConnectionOptions> = {
  url: true,
  database: true,
  table: true,
  username: true,
  password: true,
  timeoutMilliseconds: true,
  settings: true,
  createClient: true,
  tls: true,
}

const CLICKHOUSE_OPTIONS: KeysOf<ClickHouseOptions> = {
  ...CONNECTION_OPTIONS,
  columns: true,
  kernel: true,
  core: true,
}

const UPLOAD_OPTIONS: KeysOf<UploadOptions> = {
  ...CONNECTION_OPTIONS,
  cluster: true,
  servers: true,
  columns: true,
  metadata: true,
  overwrite: true,
  rowsAtOnce: true,
  codes: true,
  signal: true,
  onProgress: true,
}

/** Options of `combine`. */
export type SumOptions = Pick<ClickHouseAnalogyOptions, 'normalize' | 'signal'>

const SIGNAL: KeysOf<SignalOptions> = { signal: true }
const SUM: KeysOf<SumOptions> = { ...SIGNAL, normalize: true }
const SEARCH: KeysOf<ClickHouseSearchOptions> = { ...SEARCH_OPTIONS, ...SIGNAL }
const ANALOGY: KeysOf<ClickHouseAnalogyOptions> = { ...SEARCH, ...SUM }

/** @param call such as 'id()' */
export function readSignal(given: SignalOptions | undefined, call: string): AbortSignal | undefined {
  return readQueryOptions(given, SIGNAL, call).signal
}

export const readSum = (given: SumOptions | undefined, call: string): SumOptions =>
  readQueryOptions(given, SUM, call)

export const readSearch = <Columns extends ColumnTypes>(
  given: ClickHouseSearchOptions<Columns> | undefined,
  call: string,
) => readQueryOptions(given, SEARCH, call)

export const readAnalogy = <Columns extends ColumnTypes>(
  given: ClickHouseAnalogyOptions<Columns> | undefined,
  call: string,
) => readQueryOptions(given, ANALOGY, call)

function readQueryOptions<Options extends ClickHouseAnalogyOptions<ColumnTypes>>(
  given: Options | undefined,
  keys: KeysOf<Options>,
  call: string,
): Options {
  const options = readOptions(given, keys, `the options of ${call}`)
  checkKind('includeInputs', options.includeInputs, 'boolean')
  checkKind('normalize', options.normalize, 'boolean')
  checkSignal(options.signal)
  return options
}

export function readClickHouseOptions<Options extends ClickHouseOptions>(given: Options): Options {
  const keys = CLICKHOUSE_OPTIONS as KeysOf<Options>
  const options = readOptions(given, keys, 'the options of openClickHouse()')
  return { ...options, ...readConnection(options), columns: copyOf('columns', options.columns) }
}

export function readUploadOptions(given: UploadOptions): UploadOptions {
  const options = readOptions(given, UPLOAD_OPTIONS, 'the options of uploadTable()')
  const { cluster, servers, columns, metadata, overwrite, codes, signal, onProgress } = options
  if (cluster !== undefined) checkName(cluster, 'a cluster')
  if (servers !== undefined && !(Array.isArray(servers) && servers.every((url) => typeof url === 'string'))) {
    throw wrong('servers', "a list of addresses, ['http://host:8123']", servers)
  }
  checkKind('metadata', metadata, 'function')
  checkKind('onProgress', onProgress, 'function')
  checkKind('overwrite', overwrite, 'boolean')
  checkKind('codes', codes, 'boolean')
  checkSignal(signal)
  return {
    ...options,
    ...readConnection(options),
    servers: servers && [...servers],
    columns: copyOf('columns', columns),
  }
}

/** Names and addresses are checked where they are used. */
function readConnection(options: ConnectionOptions): Partial<ConnectionOptions> {
  const { username, password, settings, createClient, tls } = options
  checkKind('username', username, 'string')
  checkKind('password', password, 'string')
  checkKind('createClient', createClient, 'function')
  for (const [name, value] of Object.entries(copyOf('settings', settings) ?? {})) {
    const isSetting = typeof value === 'string' || Number.isFinite(value)
    if (!/^\w+$/.test(name) || !isSetting) {
      throw wrong(`the setting ${describe(name)}`, 'a word with a text or a number', value)
    }
  }
  return { settings: copyOf('settings', settings), tls: copyOf('tls', tls) }
}

function copyOf<Value extends object>(name: string, value: Value | undefined): Value | undefined {
  if (value === undefined) return undefined
  if (Object.prototype.toString.call(value) === '[object Object]') return { ...value }
  throw wrong(name, 'an object', value)
}

function checkKind(name: string, value: unknown, kind: 'string' | 'boolean' | 'function'): void {
  if (value === undefined || typeof value === kind) return
  throw wrong(name, `a ${kind}`, name === 'password' ? '***' : value)
}

function wrong(name: string, expected: string, value: unknown): RowspaceError {
  return invalidArgument(`${name} must be ${expected}`, value)
}
