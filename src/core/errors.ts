/** Every error rowspace throws on purpose: a stable code, a message, typed details. */

import type { TextToken } from './vocabulary.ts'

/** What an error is about. Fields are absent where they do not apply. */
export type Place = {
  /** The name of the source: its path or URL, or 'bytes'. */
  source?: string | undefined
  /** A path of the file system. */
  path?: string | undefined
  /** A URL, without user, password and query. */
  url?: string | undefined
  /** A name: of a model (`hf:owner/name`), a tensor, a file. */
  name?: string | undefined
  /** The URL of a ClickHouse server. */
  server?: string | undefined
  /** A table on that server. */
  table?: string | undefined
  /** The name of the store of a collection. */
  store?: string | undefined
}

/** What a server or the operating system answered. Fields are absent where they do not apply. */
export type RequestDetails = Place & {
  /** The HTTP status. */
  status?: number | undefined
  /** The error code of the server: Hugging Face's `x-error-code`. */
  errorCode?: string | undefined
  /** What failed: the operating system's code (`ENOENT`), or `NETWORK`, `STALLED`, `TIMEOUT`, `HTML` … */
  reason?: string | undefined
  /** The operating system's code, where `reason` is `NETWORK`. */
  system?: string | undefined
}

/** What `details` holds, by code. Fields are absent where the place that throws does not know them. */
export type ErrorDetails = {
  /** The command was stopped by a signal. Calls that take a `signal` reject with the signal's own reason. */
  ABORTED: {
    /** 128 and the number of the signal. */
    exitCode?: number | undefined
  }
  /** A server or the operating system denied access (HTTP 401 or 403, EACCES). Check token or permissions. */
  ACCESS_DENIED: RequestDetails
  /** A file, model or table changed while it was read. Open it again. */
  CHANGED: Place & {
    /** The ETag or date of the version that was opened. */
    version?: string | undefined
    /** The row that is another one. */
    row?: number
    /** What the index of a table says of its rows. */
    expected?: unknown
    /** What its rows are. */
    actual?: unknown
  }
  /** Bytes are not those that were written: the file was damaged or edited. Restore it from a copy. */
  CHECKSUM_MISMATCH: Place
  /** Somebody else wrote what this call meant to replace or continue. Open it again and repeat the change. */
  CONFLICT: Place
  /** A vector has another number of columns than the rows. */
  DIMENSION_MISMATCH: {
    /** Numbers in the vector. */
    actual?: number
    /** Columns of the rows, d. */
    expected?: number
    /** Which of several rows. */
    row?: number
  }
  /** The table or collection was disposed of. Make or open a new one. */
  DISPOSED: Place
  /** An added entry has a key that exists. Pass `duplicates: 'overwrite'`, or use another key. */
  DUPLICATE_KEY: {
    /** The key. */
    key?: unknown
    /** The place of the entry among the added ones, from 0. */
    index?: number
  }
  /** A query without numbers, terms, pairs or keys. */
  EMPTY_QUERY: Facts
  /** The file exists. Pass `overwrite: true`, or write elsewhere. */
  EXISTS: Place
  /** A view of a row outlived the row, or the row moved. Ask for the view again, or for a copy. */
  EXPIRED_VIEW: {
    /** The key of the row. */
    key?: unknown
  }
  /** An id is not in 0 … |V| − 1. */
  ID_OUT_OF_RANGE: {
    /** The id. */
    id?: unknown
    /** The number of rows, |V|. */
    size?: number
  }
  /** An argument or option has the wrong kind, value or name. `details` holds what the message names. */
  INVALID_ARGUMENT: Facts
  /** Bytes are not valid UTF-8. Convert the file, or pass `encodingErrors`. */
  INVALID_ENCODING: Place & {
    /** The row whose token it is. */
    id?: number
    /** The first bad byte of the file. */
    offset?: number
  }
  /** A file is not what it says it is. `details` holds what was found and expected. */
  INVALID_FORMAT: Place & Facts
  /** `k` or `topn` is not an integer ≥ 0. */
  INVALID_K: {
    /** The given `k`. */
    k?: unknown
    /** The given `topn`. */
    topn?: unknown
  }
  /** Reading, writing or the network failed. `reason` says what. */
  IO: RequestDetails & Facts
  /** Two lengths that belong together differ: rows and tokens, keys and weights, numbers and dimension. */
  LENGTH_MISMATCH: { [length: string]: number | undefined }
  /** Another process writes the collection or the index. Wait, and write it again. */
  LOCKED: Place & {
    /** The path of the lock file. */
    lock?: string
    /** Who holds it: process id, host and start. */
    owner?: unknown
  }
  /** A number is NaN, infinite, or too large for the row type. */
  NON_FINITE: Place & {
    /** The row. */
    row?: number | undefined
    /** Its column. */
    column?: number | undefined
    /** Which of several vectors. */
    index?: number
    /** The number. */
    value?: unknown
    /** The row type that cannot hold it. */
    dtype?: string
  }
  /** There is no such file, model, tensor, table or collection. The message lists the choices it knows. */
  NOT_FOUND: RequestDetails & Facts
  /** The table has no tokens: name rows by id. */
  NO_TOKENS: Facts
  /** The model is not cached and `offline` forbids fetching it. */
  OFFLINE: Place
  /** The table needs more memory than one WebAssembly memory can hold, or than the engine gives. */
  OUT_OF_MEMORY: {
    /** Bytes that it needs. */
    byteLength?: number
  }
  /** The browser gives this site no more storage. */
  QUOTA_EXCEEDED: Place
  /** A file or answer ends before it should. Download or copy it again. */
  TRUNCATED: Place & Facts
  /** The collection has no entry with this key. */
  UNKNOWN_KEY: {
    /** The key. */
    key?: unknown
  }
  /** No row has this token. `similar` is the nearest spelling, `tokens` what the tokenizer splits it into. */
  UNKNOWN_TOKEN: {
    /** The token. */
    token?: unknown
    /** The nearest spelling among the tokens of the table. */
    similar?: string | undefined
    /** What the tokenizer splits it into. */
    tokens?: readonly TextToken[]
    /** All of several keys, none of which is known. */
    keys?: readonly unknown[]
  }
  /** This engine, build, server or file kind cannot do it. The message says what can. */
  UNSUPPORTED: RequestDetails & Facts
  /** The cosine with a vector of zeros is undefined. Use `metric: 'dot'`, or another query. */
  ZERO_QUERY: Facts
}

/** Why rowspace threw: a stable name, for code to compare. */
export type ErrorCode = keyof ErrorDetails

/** Facts that the message names too, by name. */
type Facts = Record<string, unknown>

/** The details of an error with this code; of any error, as long as its code is not known. */
type DetailsOf<Code extends ErrorCode> = ErrorCode extends Code ? Facts : ErrorDetails[Code]

/** Letters of a message: more than any sentence has, and few enough to print. */
const MAX_MESSAGE = 2000

/**
 * An error that rowspace throws on purpose. The message says what was given, what was expected, what to do.
 *
 * @example
 * try { table.nearest('kign') } catch (error) {
 *   if (isRowspaceError(error, 'UNKNOWN_TOKEN')) console.log(error.details.similar) // king
 * }
 */
export class RowspaceError<Code extends ErrorCode = ErrorCode> extends Error {
  /** Always 'RowspaceError'. */
  override readonly name = 'RowspaceError'
  /** Why it was thrown. */
  readonly code: Code
  /** The facts of the message, by name: an id, a path, an expected and an actual number. */
  readonly details: Readonly<DetailsOf<Code>>

  constructor(code: Code, message: string, details?: DetailsOf<Code> & { cause?: unknown })
  constructor(code: Code, message: string, details: Facts = {}) {
    const { cause, ...fields } = details
    super(
      message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message,
      cause === undefined ? undefined : { cause },
    )
    this.code = code
    this.details = fields as DetailsOf<Code>
  }
}

/**
 * Whether `error` came from rowspace, and, if `code` is given, for that reason; `details` are typed then.
 * Works across bundles and realms, where `instanceof` does not.
 */
export function isRowspaceError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  code?: Code,
): error is RowspaceError<Code> {
  if (!(error instanceof Error) || error.name !== 'RowspaceError') return false
  return code === undefined || (error as RowspaceError).code === code
}
