/** The client that sends statements: of @clickhouse/client, of @clickhouse/client-web, or the caller's. */
import { RowspaceError } from '../core/errors.ts'
import type { CreateClient } from './options.ts'

/** What rowspace uses of a client. Both packages have it. */
export interface Client {
  query(parameters: Statement & { format: string }): Promise<{ json(): Promise<unknown> }>
  exec(parameters: Statement & { values?: unknown }): Promise<{ stream: ByteStream }>
  command(parameters: Statement): Promise<unknown>
  close(): Promise<void>
}

export interface Statement {
  query: string
  query_id: string
  abort_signal: AbortSignal
  clickhouse_settings: Record<string, string | number>
}

/** A stream of Node, or of browsers. */
export type ByteStream = AsyncIterable<Uint8Array> | ReadableStream<Uint8Array<ArrayBuffer>>

/** Throws `INVALID_ARGUMENT` if the client's package rejects the address or the TLS options. */
export function makeClient(
  createClient: CreateClient,
  configuration: Record<string, unknown>,
  redact: (text: string) => string,
): Client {
  try {
    return createClient(configuration) as Client
  } catch (cause) {
    const message = redact(cause instanceof Error ? cause.message : String(cause))
    throw new RowspaceError('INVALID_ARGUMENT', `The client could not be created: ${message}`)
  }
}

export async function importClient(): Promise<CreateClient> {
  try {
    // @clickhouse/client, and under browsers' conditions @clickhouse/client-web
    const module = await import('#clickhouse-client')
    // CommonJS, which some bundlers pass whole as its default
    const { createClient } =
      'createClient' in module ? module : (module as { default: typeof module }).default
    return createClient as unknown as CreateClient
  } catch (cause) {
    const isNode = typeof globalThis.process?.versions?.node === 'string'
    const name = isNode ? '@clickhouse/client' : '@clickhouse/client-web'
    const message = `rowspace/clickhouse needs the package ${name}: npm install ${name}`
    throw new RowspaceError('UNSUPPORTED', message, { cause })
  }
}
