/** Every error rowspace throws on purpose: a stable `code`, and a message that names the value and the remedy. */

export type ErrorCode =
  | 'ABORTED'
  | 'ACCESS_DENIED'
  | 'CHANGED'
  | 'CHECKSUM_MISMATCH'
  | 'CONFLICT'
  | 'DIMENSION_MISMATCH'
  | 'DISPOSED'
  | 'DUPLICATE_KEY'
  | 'EMPTY_QUERY'
  | 'EXISTS'
  | 'EXPIRED_VIEW'
  | 'ID_OUT_OF_RANGE'
  | 'INVALID_ARGUMENT'
  | 'INVALID_ENCODING'
  | 'INVALID_FORMAT'
  | 'INVALID_K'
  | 'IO'
  | 'LENGTH_MISMATCH'
  | 'LOCKED'
  | 'NON_FINITE'
  | 'NOT_FOUND'
  | 'NO_TOKENS'
  | 'OFFLINE'
  | 'OUT_OF_MEMORY'
  | 'QUOTA_EXCEEDED'
  | 'TRUNCATED'
  | 'UNKNOWN_KEY'
  | 'UNKNOWN_TOKEN'
  | 'UNSUPPORTED'
  | 'ZERO_QUERY'

/** Letters of a message: more than any sentence has, and few enough to print. */
const MAX_MESSAGE = 2000

/**
 * @example
 * try { table.nearest('kign') } catch (error) {
 *   if (isRowspaceError(error, 'UNKNOWN_TOKEN')) console.log(error.message) // … did you mean "king"?
 * }
 */
export class RowspaceError extends Error {
  override readonly name = 'RowspaceError'
  readonly code: ErrorCode
  /** What the error is about (an id, a path, an expected and an actual number), by name. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> & { cause?: unknown } = {}) {
    const { cause, ...fields } = details
    super(
      message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message,
      cause === undefined ? undefined : { cause },
    )
    this.code = code
    this.details = fields
  }
}

/** Whether `error` came from rowspace, and, if `code` is given, for that reason. Works across bundles and realms. */
export function isRowspaceError(error: unknown, code?: ErrorCode): error is RowspaceError {
  if (!(error instanceof Error) || error.name !== 'RowspaceError') return false
  return code === undefined || (error as RowspaceError).code === code
}
