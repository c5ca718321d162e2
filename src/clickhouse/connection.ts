/** Statements to one server: sent, waited for, ended there when they are given up here. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import { credentialsOf, encoded, readAddress } from './address.ts'
import { type Client, importClient, makeClient, type Statement } from './client.ts'
import { explain } from './failures.ts'
import type { ConnectionOptions } from './options.ts'
import { checkName, quoteName, quoteText } from './sql.ts'

export interface StatementOptions {
  signal?: AbortSignal | undefined
  settings?: Record<string, string | number> | undefined
  /** Starts the statement's name, by which it is found in system.processes. */
  label?: string | undefined
}

/** The answer of a SELECT as JSONCompact gives it. */
export interface Selected {
  data: (string | number | null)[][]
}

const TIMEOUT = 300_000
/** Timers of engines end at once where they are told to wait longer: 24 days. */
const MAX_TIMEOUT = 2 ** 31 - 100_000
const OFF = 127

/** A server and one table there. */
export class Connection {
  private constructor(
    private readonly client: Client,
    /** The address, without user and password. */
    readonly server: string,
    readonly database: string,
    readonly table: string,
    private readonly options: ConnectionOptions,
    private readonly secrets: readonly string[],
  ) {}

  /** Throws `INVALID_ARGUMENT`; `UNSUPPORTED` where the client's package is not installed. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const { database = 'default', table, tls } = options
    checkName(database, 'a database')
    checkName(table, 'a table')
    const { address, username, password } = readAddress(options)
    const createClient = options.createClient ?? (await importClient())
    const configuration = {
      url: address,
      username,
      password,
      // rowspace's own clock ends statements, on the server too
      request_timeout: timeoutOf(options) + 60_000,
      keep_alive: { enabled: true, idle_socket_ttl: 1_500 },
      log: { level: OFF },
      ...(tls === undefined ? {} : { tls }),
    }
    const secrets = [password, encoded(password)].filter((secret) => secret !== '')
    const client = makeClient(createClient, configuration, (text) => redacted(text, secrets))
    return new Connection(client, address.replace(/\/$/, ''), database, table, options, secrets)
  }

  /** The same table on another server. */
  async at(url: string): Promise<Connection> {
    return Connection.open({ ...credentialsOf(this.options), url })
  }

  /** `database`.`name` */
  named(name: string): string {
    return `${quoteName(this.database)}.${quoteName(name)}`
  }

  /** database.table, for messages. */
  get title(): string {
    return `${this.database}.${this.table}`
  }

  async select(query: string, options: StatementOptions = {}): Promise<Selected> {
    return this.run(query, options, async (statement) => {
      const answer = await this.client.query({ ...statement, query, format: 'JSONCompact' })
      return checkSelected(await answer.json())
    })
  }

  /** The one row of an answer that has one. */
  async selectOne(query: string, options: StatementOptions = {}): Promise<Selected['data'][number]> {
    const { data } = await this.select(query, options)
    const [row] = data
    if (row !== undefined) return row
    throw this.explain(new Error('the answer has no row'))
  }

  /** The bytes of an answer in RowBinary. */
  async selectBinary(query: string, options: StatementOptions = {}): Promise<Uint8Array> {
    return this.run(query, options, async (statement) => {
      const { stream } = await this.client.exec({ ...statement, query: `${query} FORMAT RowBinary` })
      return collect(stream)
    })
  }

  async command(query: string, options: StatementOptions = {}): Promise<void> {
    await this.run(query, options, (statement) => this.client.command({ ...statement, query }))
  }

  /** Inserts rows in RowBinary. Node only: the browsers' client sends text alone. */
  async insertBinary(query: string, bytes: Uint8Array, options: StatementOptions = {}): Promise<void> {
    // not an import: bundlers for browsers would look for it
    const { Readable } = process.getBuiltinModule('node:stream')
    await this.run(query, options, async (statement) => {
      const values = Readable.from([bytes], { objectMode: false })
      const { stream } = await this.client.exec({ ...statement, query: `${query} FORMAT RowBinary`, values })
      await collect(stream)
    })
  }

  async close(): Promise<void> {
    await this.client.close()
  }

  /** A message about this server and this table, without secrets. */
  explain(cause: unknown): RowspaceError {
    return explain(cause, this.server, this.title, (text) => redacted(text, this.secrets))
  }

  private async run<Result>(
    query: string,
    { signal, settings, label = 'rowspace' }: StatementOptions,
    send: (statement: Omit<Statement, 'query'>) => Promise<Result>,
  ): Promise<Result> {
    signal?.throwIfAborted()
    const clock = AbortSignal.timeout(timeoutOf(this.options))
    const stop = signal === undefined ? clock : AbortSignal.any([signal, clock])
    const queryId = `${label}-${crypto.randomUUID()}`
    // a statement that is given up must not run on there
    const end = () => void this.kill(queryId)
    stop.addEventListener('abort', end)
    try {
      return await send({
        query_id: queryId,
        abort_signal: stop,
        clickhouse_settings: { ...SETTINGS, ...roomFor(query), ...this.options.settings, ...settings },
      })
    } catch (cause) {
      signal?.throwIfAborted()
      if (clock.aborted) throw this.tooSlow()
      throw this.explain(cause)
    } finally {
      stop.removeEventListener('abort', end)
    }
  }

  private tooSlow(): RowspaceError {
    const milliseconds = timeoutOf(this.options)
    return new RowspaceError(
      'IO',
      `${this.server}, table ${this.title}: no answer within ${milliseconds} ms, and the query was ended there: raise timeoutMilliseconds, or add shards`,
      { server: this.server, table: this.title, reason: 'TIMEOUT', milliseconds },
    )
  }

  /** Ends statements whose names start so. What cannot be ended (the server is gone) needs no end. */
  async kill(start: string): Promise<void> {
    const where = `substring(query_id, 1, ${start.length}) = ${quoteText(start)}`
    try {
      await this.client.command({
        query: `KILL QUERY WHERE ${where} SYNC`,
        query_id: `rowspace-kill-${crypto.randomUUID()}`,
        abort_signal: AbortSignal.timeout(10_000),
        clickhouse_settings: {},
      })
    } catch {}
  }
}

/** An answer is whole or an error, and never one without the rows of a shard that is away. */
const SETTINGS = { skip_unavailable_shards: 0, wait_end_of_query: 1 }

/** The engine's own max_query_size. */
const QUERY_BYTES = 262_144

/** The numbers of questions make statements long; shards get them written out anew, with more spaces. */
function roomFor(query: string): Record<string, number> {
  const bytes = 4 * query.length
  return bytes < QUERY_BYTES ? {} : { max_query_size: bytes }
}

function timeoutOf({ timeoutMilliseconds = TIMEOUT }: ConnectionOptions): number {
  const isWhole = Number.isSafeInteger(timeoutMilliseconds) && timeoutMilliseconds > 0
  if (isWhole && timeoutMilliseconds <= MAX_TIMEOUT) return timeoutMilliseconds
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `timeoutMilliseconds must be an integer from 1 to ${MAX_TIMEOUT}; got ${describe(timeoutMilliseconds)}`,
  )
}

function redacted(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
}

/** Throws unless it is rows, as only ClickHouse gives them. */
function checkSelected(answer: unknown): Selected {
  const { data } = (answer ?? {}) as Partial<Selected>
  if (Array.isArray(data) && data.every(Array.isArray)) return { data }
  throw new Error('this is not the answer of a ClickHouse server')
}

async function collect(stream: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const keep = (chunk: Uint8Array) => {
    chunks.push(chunk)
    length += chunk.length
  }
  if ('getReader' in stream) {
    const reader = stream.getReader()
    for (let next = await reader.read(); !next.done; next = await reader.read()) keep(next.value)
  } else {
    for await (const chunk of stream) keep(chunk)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
