/** Statements to one server: sent, awaited, and ended there when they are given up here. */

import { type ErrorCode, RowspaceError } from '../core/errors.ts'
import { joinBytes } from '../core/join-bytes.ts'
import { credentialsOf, encoded, readAddress } from './address.ts'
import { type ByteStream, type Client, importClient, makeClient, type Statement } from './client.ts'
import { explain } from './failures.ts'
import type { ConnectionOptions } from './options.ts'
import { RowBinaryReader } from './row-binary.ts'
import { checkName, quoteName, quoteText } from './sql.ts'

export interface StatementOptions {
  signal?: AbortSignal | undefined
  settings?: Record<string, string | number> | undefined
  /** Starts the statement's name, by which it is found in system.processes. */
  label?: string | undefined
}

/** A row of an answer in JSONCompact. */
export type SelectedRow = readonly (string | number | null)[]

const TIMEOUT = 300_000
const OFF = 127

/** A server and one table there. */
export class Connection {
  readonly database: string
  readonly table: string

  private constructor(
    private readonly client: Client,
    private readonly options: ConnectionOptions,
    /** The address, without user and password. */
    readonly server: string,
    private readonly timeout: number,
    private readonly redact: (text: string) => string,
  ) {
    this.database = options.database ?? 'default'
    this.table = options.table
  }

  /** Throws `INVALID_ARGUMENT`; `UNSUPPORTED` if the client's package is not installed. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const { database = 'default', table, tls, timeoutMilliseconds: timeout = TIMEOUT } = options
    checkName(database, 'a database')
    checkName(table, 'a table')
    const { address, username, password } = readAddress(options)
    const createClient = options.createClient ?? (await importClient())
    const configuration = {
      url: address,
      username,
      password,
      // rowspace's own clock ends statements, on the server too
      request_timeout: timeout + 60_000,
      keep_alive: { enabled: true, idle_socket_ttl: 1_500 },
      log: { level: OFF },
      ...(tls === undefined ? {} : { tls }),
    }
    const secrets = [password, encoded(password)].filter((secret) => secret !== '')
    const redact = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
    const client = makeClient(createClient, configuration, redact)
    return new Connection(client, options, address.replace(/\/$/, ''), timeout, redact)
  }

  /** The same table on another server. */
  async at(url: string): Promise<Connection> {
    return Connection.open({ ...credentialsOf(this.options), url })
  }

  /** `database`.`name` */
  named(name: string): string {
    return `${quoteName(this.database)}.${quoteName(name)}`
  }

  /** The table whose rows are queried, as statements name it. */
  get rows(): string {
    return this.named(this.table)
  }

  /** database.table, for messages. */
  get title(): string {
    return `${this.database}.${this.table}`
  }

  /** The rows of an answer. */
  async select(query: string, options: StatementOptions = {}): Promise<SelectedRow[]> {
    return this.run(query, options, async (statement) => {
      const answer = await this.client.query({ ...statement, query, format: 'JSONCompact' })
      return checkRows(await answer.json())
    })
  }

  /** The one row of an answer that has one. */
  async selectOne(query: string, options: StatementOptions = {}): Promise<SelectedRow> {
    const [row] = await this.select(query, options)
    if (row !== undefined) return row
    throw this.explain(new Error('the answer has no row'))
  }

  /** An answer in RowBinary. */
  async selectBinary(query: string, options: StatementOptions = {}): Promise<RowBinaryReader> {
    return this.run(query, options, async (statement) => {
      const { stream } = await this.client.exec({ ...statement, query: `${query} FORMAT RowBinary` })
      return new RowBinaryReader(await collect(stream))
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

  /** An error that names this server and this table. */
  error(code: ErrorCode, problem: string, details: Record<string, unknown> = {}): RowspaceError {
    const { server, title } = this
    return new RowspaceError(code, `${server}, table ${title}: ${problem}`, {
      server,
      table: title,
      ...details,
    })
  }

  private async run<Result>(
    query: string,
    { signal, settings, label = 'rowspace' }: StatementOptions,
    send: (statement: Omit<Statement, 'query'>) => Promise<Result>,
  ): Promise<Result> {
    signal?.throwIfAborted()
    const clock = AbortSignal.timeout(this.timeout)
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
      throw clock.aborted ? this.tooSlow() : this.explain(cause)
    } finally {
      stop.removeEventListener('abort', end)
    }
  }

  private explain(cause: unknown): RowspaceError {
    return explain(cause, this.redact, (...facts) => this.error(...facts))
  }

  private tooSlow(): RowspaceError {
    const { timeout } = this
    return this.error(
      'IO',
      `no answer within ${timeout} ms, so the query was ended. Raise timeoutMilliseconds, or add shards.`,
      { reason: 'TIMEOUT', milliseconds: timeout },
    )
  }

  /** Ends statements whose names start so. If the server is gone, there is nothing to end. */
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

/** Statements with the numbers of queries are long. Shards get them written anew, with more spaces. */
function roomFor(query: string): Record<string, number> {
  const bytes = 4 * query.length
  return bytes < QUERY_BYTES ? {} : { max_query_size: bytes }
}

/** Throws unless it is rows, as only ClickHouse gives them. */
function checkRows(answer: unknown): SelectedRow[] {
  const { data } = (answer ?? {}) as { data?: SelectedRow[] }
  if (Array.isArray(data) && data.every(Array.isArray)) return data
  throw new Error('this is not the answer of a ClickHouse server')
}

async function collect(stream: ByteStream): Promise<Uint8Array> {
  // not every browser iterates over a ReadableStream
  if ('getReader' in stream) return new Uint8Array(await new Response(stream).arrayBuffer())
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return joinBytes(chunks)
}
