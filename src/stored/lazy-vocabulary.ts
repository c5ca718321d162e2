/** The tokens of a stored table, read when the first name is looked up. */

import { RowspaceError } from '../core/errors.ts'
import { checkId } from '../core/id-set.ts'
import type { RowKey } from '../core/options.ts'
import { describe, invalidArgument } from '../core/values.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import { isRow } from '../table/arguments.ts'
import { findToken } from '../table/vocabulary.ts'

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
    for (const row of rows) {
      if (!isRow(row)) throw invalidArgument('a row must be an id or a token', row)
      if (typeof row === 'number') checkId(row, this.size)
    }
    const names = rows.filter((row) => typeof row === 'string')
    const vocabulary = names.length > 0 ? await this.read(signal) : undefined
    const found = new Map(names.map((name) => [name, this.#find(vocabulary, name)]))
    return (row) => (typeof row === 'number' ? row : (found.get(row) ?? this.#find(vocabulary, row)))
  }

  #find(vocabulary: Vocabulary | undefined, name: string): number {
    if (vocabulary !== undefined) return findToken(vocabulary, name)
    throw new RowspaceError(
      'NO_TOKENS',
      `this table has no tokens, so ${describe(name)} names no row: use ids.`,
    )
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
