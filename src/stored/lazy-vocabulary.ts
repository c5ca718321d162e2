/** The tokens of a stored table, read when the first name is looked up. */

import type { RowKey } from '../core/options.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import { idOfRow } from '../table/vocabulary.ts'
import { SharedRead } from './shared-read.ts'

export class LazyVocabulary {
  readonly #read: SharedRead<Vocabulary | undefined>

  constructor(
    private readonly size: number,
    readOnce: (signal: AbortSignal) => Promise<Vocabulary | undefined>,
  ) {
    this.#read = new SharedRead(readOnce)
  }

  /** The vocabulary; undefined where the table has none. */
  async read(signal?: AbortSignal): Promise<Vocabulary | undefined> {
    return this.#read.get(signal)
  }

  /** A read under way is ended by `reason`. */
  async dispose(reason: unknown): Promise<void> {
    await this.#read.end(reason)
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
