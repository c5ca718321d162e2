/** Failures that may pass: how often a request is repeated, and after how long. */
import type { RowspaceError } from '../core/errors.ts'
import type { SourceOptions } from './source.ts'

/** A request that failed in a way that may pass: a reset, a short body, a stall, 429 or 5xx. */
export class TransientFailure extends Error {
  /**
   * @param error what the caller gets in the end
   * @param waitMilliseconds what the server wants to be waited (Retry-After)
   */
  constructor(
    readonly error: RowspaceError,
    readonly waitMilliseconds = 0,
  ) {
    super(error.message)
  }
}

const RETRIES = 5
const RETRY_MILLISECONDS = 500
const MAX_WAIT = 30_000
/** A server that wants a longer wait is given up. */
const MAX_RETRY_AFTER = 120_000
/**
 * Failures in all for one read, as a multiple of `retries`: a connection that is cut every few bytes is none.
 */
const FAILURES_IN_ALL = 4

/** Counts the failures of one read. */
export class Retries {
  readonly #max: number
  readonly #firstWait: number
  #inARow = 0
  #inAll = 0
  #progress = 0

  constructor({ retries = RETRIES, retryMilliseconds = RETRY_MILLISECONDS }: SourceOptions) {
    this.#max = retries
    this.#firstWait = retryMilliseconds
  }

  /**
   * Returns when it is time to try again. Throws what failed if it is not transient or failed too often, and
   * `signal.reason` when aborted meanwhile.
   *
   * @param progress bytes that have come so far: new ones make up for the failures before
   */
  async after(failure: unknown, progress: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    if (!(failure instanceof TransientFailure)) throw failure
    if (progress > this.#progress) this.#inARow = 0
    this.#progress = progress
    this.#inARow++
    this.#inAll++
    const { error, waitMilliseconds } = failure
    const tooOften = this.#inARow > this.#max || this.#inAll > this.#max * FAILURES_IN_ALL
    if (tooOften || waitMilliseconds > MAX_RETRY_AFTER) throw error
    const backoff = Math.min(MAX_WAIT, this.#firstWait * 2 ** (this.#inARow - 1))
    // half of it at random, so that clients that failed together do not come back together
    await pause(Math.max(waitMilliseconds, backoff * (0.5 + Math.random() / 2)), signal)
  }
}

/** The milliseconds in a Retry-After header: seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now())
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
