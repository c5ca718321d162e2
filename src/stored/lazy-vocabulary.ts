/** The tokens of a stored table, read when the first name is looked up. */

import type { RowKey } from '../core/options.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import { idOfRow } from '../table/vocabulary.ts'

export class LazyVocabulary {
  #reading: Promise<Vocabulary | undefined> | undefined

  constructor(
    private readonly size: number,
    private readonly readOnce: () => Promise<Vocabulary | undefined>,
    given: Vocabulary | undefined,
  ) {
    if (given !== undefined) this.#reading = Promise.resolve(given)
  }

  /** The vocabulary; undefined where the table has none. A read that failed is tried again. */
  async read(signal?: AbortSignal): Promise<Vocabulary | undefined> {
    signal?.throwIfAborted()
    // another caller's signal must not stop this one's read: it is raced instead
    this.#reading ??= this.readOnce().catch((error) => {
      this.#reading = undefined
      throw error
    })
    return signal === undefined ? this.#reading : raced(this.#reading, signal)
  }

  /**
   * What gives the id of each of these rows.
   *
   * @throws `ID_OUT_OF_RANGE`, `UNKNOWN_TOKEN`, `NO_TOKENS`
   */
  async idsOf(rows: readonly RowKey[], signal?: AbortSignal): Promise<(row: RowKey) => number> {
    const isNamed = rows.some((row) => typeof row === 'string')
    const vocabulary = isNamed ? await this.read(signal) : undefined
    const found = new Map(rows.map((row) => [row, idOfRow(row, this.size, vocabulary)]))
    return (row) => found.get(row) ?? idOfRow(row, this.size, vocabulary)
  }
}

/** What `promise` resolves to, unless the signal is aborted before. */
function raced<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
