/** A read that all callers share: each may stop waiting for it, and the last one to stop ends it. */

interface Attempt<Result> {
  readonly result: Promise<Result>
  readonly stop: AbortController
  /** Callers that wait for it. */
  waiting: number
}

export class SharedRead<Result> {
  #attempt: Attempt<Result> | undefined

  constructor(private readonly read: (signal: AbortSignal) => Promise<Result>) {}

  /** What was read, once for all. A read that failed, or was ended, is tried again by the next caller. */
  async get(signal: AbortSignal | undefined): Promise<Result> {
    signal?.throwIfAborted()
    this.#attempt ??= this.#start()
    const attempt = this.#attempt
    attempt.waiting++
    try {
      return await unlessAborted(attempt.result, signal)
    } catch (error) {
      if (attempt.waiting === 1) this.#end(attempt, error)
      throw error
    } finally {
      attempt.waiting--
    }
  }

  /** Ends a read that is under way: all who wait for it get `reason`. Returns what was read before, if anything. */
  async end(reason: unknown): Promise<Result | undefined> {
    const attempt = this.#attempt
    attempt?.stop.abort(reason)
    return attempt?.result.catch(() => undefined)
  }

  #start(): Attempt<Result> {
    const stop = new AbortController()
    const attempt = { result: this.read(stop.signal), stop, waiting: 0 }
    attempt.result.catch((error) => this.#end(attempt, error))
    return attempt
  }

  #end(attempt: Attempt<Result>, reason: unknown): void {
    if (this.#attempt === attempt) this.#attempt = undefined
    attempt.stop.abort(reason)
  }
}

/** What `promise` resolves to, unless the signal is aborted before. */
function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
