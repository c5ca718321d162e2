/**
 * A current ClickHouse without a server: the package chdb holds the engine. It is 550 MB, so it is no
 * dependency: where somebody has installed it (`npm install --no-save chdb@3.4.0`), the statements are tried
 * on it too. What speaks to it stands in for @clickhouse/client. Node only.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { CreateClient } from '../../../src/clickhouse/options.ts'

interface Session {
  queryAsync(query: string, options: { format: string }): Promise<{ bytes(): Uint8Array; json(): unknown }>
  cleanup(): void
}

/** The path of chdb, or undefined where it is not installed. */
export function findChdb(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('chdb')
  } catch {
    console.warn('Tests on the engine of a current ClickHouse left out: npm install --no-save chdb@3.4.0')
    return undefined
  }
}

export interface EmbeddedEngine {
  readonly createClient: CreateClient
  stop(): void
}

export async function startEmbedded(path: string): Promise<EmbeddedEngine> {
  const chdb = (await import(path)) as { default: { Session: new (folder: string) => Session } }
  const folder = mkdtempSync(join(tmpdir(), 'rowspace-chdb-'))
  const session = new chdb.default.Session(join(folder, 'data'))
  const run = (query: string, format: string) => session.queryAsync(query, { format })
  const client = {
    async query({ query, format }: { query: string; format: string }) {
      const answer = await run(query, format)
      return { json: async () => answer.json() }
    },
    async command({ query }: { query: string }) {
      if (!query.startsWith('KILL QUERY')) await run(query, 'CSV')
    },
    async exec({ query, values }: { query: string; values?: AsyncIterable<Uint8Array> }) {
      const statement = query.replace(/ FORMAT RowBinary$/, '')
      if (values === undefined)
        return { stream: Readable.from([(await run(statement, 'RowBinary')).bytes()]) }
      const chunks: Uint8Array[] = []
      for await (const chunk of values) chunks.push(chunk)
      const file = join(folder, 'rows.bin')
      writeFileSync(file, Buffer.concat(chunks))
      await run(`${statement} SELECT * FROM file('${file}', 'RowBinary', '${columnsOf(statement)}')`, 'CSV')
      return { stream: Readable.from([]) }
    },
    async close() {},
  }
  return {
    createClient: () => client,
    stop() {
      session.cleanup()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const TYPES: Readonly<Record<string, string>> = {
  id: 'UInt64',
  token: 'Nullable(String)',
  row: 'Array(Float32)',
  codes: 'Array(Int8)',
  scale: 'Float32',
  norm: 'Float64',
  residual: 'Float32',
  '`metadata_year`': 'Nullable(Float64)',
  '`metadata_name`': 'Nullable(String)',
  '`metadata_new`': 'Nullable(UInt8)',
}

/** What an INSERT sends, as the engine reads a file. */
function columnsOf(insert: string): string {
  const names = /\(([^)]*)\)$/.exec(insert)![1]!.split(', ')
  return names.map((name) => `${name} ${TYPES[name]}`).join(', ')
}
