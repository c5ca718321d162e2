/**
 * Turns errors of servers and networks into RowspaceErrors that name the server, the table and the remedy.
 */
import { type ErrorCode, isRowspaceError, type RowspaceError } from '../core/errors.ts'

/** The engine's error codes are separated by spaces. */
type Failure = readonly [code: ErrorCode, remedy: string, engineCodes: string]

/** By the engine's error codes (src/Common/ErrorCodes.cpp), which never change. */
const FAILURES: readonly Failure[] = [
  ['NOT_FOUND', 'there is no such database. Create it, or name another.', '81'],
  ['NOT_FOUND', 'there is no such table. Upload it first.', '60'],
  ['NOT_FOUND', 'there is no such cluster. system.clusters lists the clusters.', '170 701'],
  ['ACCESS_DENIED', 'the user or password is wrong. Give username and password.', '192 193 194 195 516'],
  ['ACCESS_DENIED', 'this user may not do that. Grant it, or use another user.', '164 291 392 497 452'],
  [
    'OUT_OF_MEMORY',
    'the query reached the memory limit. Request fewer rows, use smaller batches, or raise max_memory_usage.',
    '241',
  ],
  ['IO', 'it took too long. Raise timeoutMilliseconds, or add shards.', '159 160'],
  ['IO', 'the query was ended on the server. Try again.', '394'],
  [
    'IO',
    'a shard cannot be reached, and no answer is given without it. Start it, then try again.',
    '209 210 279 32 519 198',
  ],
  ['IO', 'the server has too many queries at once. Try again later.', '202'],
  [
    'INVALID_ARGUMENT',
    'the server did not understand the statement. Raise max_query_size if it is too long.',
    '62',
  ],
  ['INVALID_FORMAT', 'the table is not as rowspace made it. Upload it again with overwrite.', '190 16 47 8'],
]

const UNREACHABLE = 'the server cannot be reached or went away. Check that it runs, then try again.'
const REJECTED = 'the server rejected the statement.'

/** How Node and browsers say that a server cannot be reached. */
const NETWORK = new RegExp(
  'E(CONNREFUSED|NOTFOUND|CONNRESET|HOSTUNREACH|TIMEDOUT|PIPE|AI_AGAIN)|' +
    'socket hang up|fetch failed|failed to fetch|terminated|premature',
  'i',
)

const MAX_SHOWN = 300

/** The error of a statement as `makeError` makes it. `redact` takes passwords out of a text. */
export function explain(
  cause: unknown,
  redact: (text: string) => string,
  makeError: (code: ErrorCode, problem: string, details: Record<string, unknown>) => RowspaceError,
): RowspaceError {
  if (isRowspaceError(cause)) return cause
  const { code: given, message = String(cause) } = (cause ?? {}) as { code?: string; message?: string }
  // the client cannot read the error format of servers older than 2020
  const engineCode = /^Code: (\d+)/.exec(message)?.[1] ?? given
  const failure = FAILURES.find(([, , codes]) => codes.split(' ').includes(String(engineCode)))
  const isNetwork = NETWORK.test(`${engineCode} ${message}`)
  const [code, remedy] = failure ?? ['IO', isNetwork ? UNREACHABLE : REJECTED]
  const line = redact(message).replace(/\s+/g, ' ').trim()
  const shown = line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line
  const details = code === 'IO' ? { engineCode, reason: 'NETWORK' } : { engineCode }
  return makeError(code, `${remedy} (${shown})`, details)
}
