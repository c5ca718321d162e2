/** What servers and networks say, in rowspace's words: which server, which table, what to do. */
import { type ErrorCode, isRowspaceError, RowspaceError } from '../core/errors.ts'

interface Failure {
  code: ErrorCode
  remedy: string
}

/** By the engine's own numbers (src/Common/ErrorCodes.cpp); numbers never change. */
const FAILURES: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['81', { code: 'NOT_FOUND', remedy: 'there is no such database: create it, or name another' }],
  ['60', { code: 'NOT_FOUND', remedy: 'there is no such table: push it first' }],
  ['170', { code: 'NOT_FOUND', remedy: 'there is no such cluster: system.clusters lists those there are' }],
  ['701', { code: 'NOT_FOUND', remedy: 'there is no such cluster: system.clusters lists those there are' }],
  ...['192', '193', '194', '195', '516'].map(
    (code) =>
      [
        code,
        { code: 'ACCESS_DENIED', remedy: 'user or password is wrong: give username and password' },
      ] as const,
  ),
  ...['164', '291', '392', '497', '452'].map(
    (code) =>
      [
        code,
        { code: 'ACCESS_DENIED', remedy: 'this user may not do that: grant it, or take another user' },
      ] as const,
  ),
  [
    '241',
    {
      code: 'OUT_OF_MEMORY',
      remedy:
        'the query ran into the memory limit: ask for fewer rows or in smaller batches, or raise max_memory_usage',
    },
  ],
  ...['159', '160'].map(
    (code) =>
      [code, { code: 'IO', remedy: 'it took too long: raise timeoutMilliseconds, or add shards' }] as const,
  ),
  ['394', { code: 'IO', remedy: 'somebody ended the query there: ask again' }],
  ...['209', '210', '279', '32', '519', '198'].map(
    (code) =>
      [
        code,
        {
          code: 'IO',
          remedy: 'a shard cannot be reached: nothing is answered without it; start it and ask again',
        },
      ] as const,
  ),
  ['202', { code: 'IO', remedy: 'it has too many queries at once: ask again later' }],
  [
    '62',
    {
      code: 'INVALID_ARGUMENT',
      remedy: 'the statement was not understood there: raise max_query_size where it is too long',
    },
  ],
  ...['190', '16', '47', '8'].map(
    (code) =>
      [
        code,
        {
          code: 'INVALID_FORMAT',
          remedy: 'the table there is not as rowspace made it: push it anew with overwrite',
        },
      ] as const,
  ),
])

/** Reasons of Node and browsers for a server that is not there. */
const NETWORK =
  /ECONNREFUSED|ENOTFOUND|ECONNRESET|EHOSTUNREACH|ETIMEDOUT|EPIPE|EAI_AGAIN|socket hang up|fetch failed|Failed to fetch|terminated|premature/i

/** Takes passwords out of a text. */
export type Redact = (text: string) => string

/** The error of a statement as a RowspaceError that names server and table. */
export function explain(cause: unknown, server: string, table: string, redact: Redact): RowspaceError {
  if (isRowspaceError(cause)) return cause
  const { code: given, message = String(cause) } = (cause ?? {}) as { code?: string; message?: string }
  // servers of before 2020 write their errors otherwise than the client reads them
  const code = /^Code: (\d+)/.exec(message)?.[1] ?? given
  const said = redact(firstLine(message))
  const details = { server, table, engineCode: code, reason: 'NETWORK' }
  const failure = code === undefined ? undefined : FAILURES.get(String(code))
  if (failure !== undefined) {
    const { reason: _, ...known } = details
    const shown = failure.code === 'IO' ? details : known
    return new RowspaceError(failure.code, `${server}, table ${table}: ${failure.remedy} (${said})`, shown)
  }
  if (NETWORK.test(`${code} ${message}`)) {
    return new RowspaceError(
      'IO',
      `${server}, table ${table}: the server cannot be reached or went away: see that it runs and ask again (${said})`,
      details,
    )
  }
  return new RowspaceError('IO', `${server}, table ${table}: the server refused: ${said}`, details)
}

function firstLine(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}
