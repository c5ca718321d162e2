/** The client that statements are sent with: of @clickhouse/client, of @clickhouse/client-web, or the caller's. */
import { RowspaceError } from '../core/errors.ts'
import type { CreateClient } from './options.ts'

/** What rowspace uses of a client. Both packages have it. */
export interface Client {
  query(parameters: Statement & { format: string }): Promise<{ json(): Promise<unknown> }>
  exec(
    parameters: Statement & { values?: unknown },
  ): Promise<{ stream: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> }>
  command(parameters: Statement): Promise<unknown>
  close(): Promise<void>
}

export interface Statement {
  query: string
  query_id: string
  abort_signal: AbortSignal
  clickhouse_settings: Record<string, string | number>
}

/** What the client's package refuses of an address or of TLS is the caller's to mend. */
export function makeClient(
  createClient: CreateClient,
  configuration: Record<string, unknown>,
  redact: (text: string) => string,
): Client {
  try {
    return createClient(configuration) as Client
  } catch (cause) {
    const said = redact(cause instanceof Error ? cause.message : String(cause))
    throw new RowspaceError('INVALID_ARGUMENT', `the client refused how it was to be made: ${said}`)
  }
}

export async function importClient(): Promise<CreateClient> {
  try {
    // @clickhouse/client, and where browsers' conditions hold @clickhouse/client-web
    const module = await import('#clickhouse-client')
    // CommonJS, which some bundlers hand over whole as its default
    const { createClient } =
      'createClient' in module ? module : (module as { default: typeof module }).default
    return createClient as unknown as CreateClient
  } catch (cause) {
    const isNode = typeof globalThis.process?.versions?.node === 'string'
    const name = isNode ? '@clickhouse/client' : '@clickhouse/client-web'
    throw new RowspaceError(
      'UNSUPPORTED',
      `rowspace/clickhouse needs the package ${name}: npm install ${name}`,
      {
        cause,
      },
    )
  }
}
