/** The tokens of a stored table: a few by the index that has them, all where all are needed. */

import type { RowKey } from '../core/options.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import { idOfRow, spellingsOf, WordList } from '../table/vocabulary.ts'
import type { IndexTokens } from './index-tokens.ts'
import { SharedRead } from './shared-read.ts'

export class LazyVocabulary {
  /** All tokens, once they were read. */
  whole: Vocabulary | undefined
  #isRead = false
  /** Why nothing is read any more. */
  #ended: unknown
  readonly #read: SharedRead<Vocabulary | undefined>
  readonly #indexed: SharedRead<IndexTokens | undefined>

  /** @param openIndexed opens the tokens of the index, where it has them */
  constructor(
    private readonly size: number,
    readOnce: (signal: AbortSignal) => Promise<Vocabulary | undefined>,
    openIndexed: (signal: AbortSignal) => Promise<IndexTokens | undefined> = async () => undefined,
  ) {
    this.#read = new SharedRead(readOnce)
    this.#indexed = new SharedRead(openIndexed)
  }

  /** The vocabulary; undefined where the table has none. */
  async read(signal?: AbortSignal): Promise<Vocabulary | undefined> {
    this.whole = await this.#read.get(signal)
    this.#isRead = true
    return this.whole
  }

  /** Reads under way are ended by `reason`. */
  async dispose(reason: unknown): Promise<void> {
    this.#ended = reason
    await Promise.all([this.#read.end(reason), this.#indexed.end(reason)])
  }

  /**
   * What gives the id of each of these rows.
   *
   * @throws `ID_OUT_OF_RANGE`, `UNKNOWN_TOKEN`, `NO_TOKENS`
   */
  async idsOf(rows: readonly RowKey[], signal?: AbortSignal): Promise<(row: RowKey) => number> {
    const names = [...new Set(rows.filter((row) => typeof row === 'string'))]
    const indexed = names.length === 0 ? undefined : await this.#fromIndex(signal)
    const ids = indexed && (await this.#unlessEnded(indexed.idsOf(names, signal)))
    // an error about a name tells which is like it
    const vocabulary = names.every((name) => ids?.has(name)) ? undefined : await this.read(signal)
    const idOf = (row: RowKey) =>
      (typeof row === 'string' ? ids?.get(row) : undefined) ?? idOfRow(row, this.size, vocabulary)
    const found = new Map(rows.map((row) => [row, idOf(row)]))
    return (row) => found.get(row) ?? idOf(row)
  }

  /**
   * What splits this text, and no other, as all tokens do, and knows whether it is a token itself; undefined
   * where the table has no tokens.
   */
  async forText(text: string, signal?: AbortSignal): Promise<Vocabulary | undefined> {
    const indexed = await this.#fromIndex(signal)
    if (indexed === undefined) return this.read(signal)
    const words = new WordList([]).tokenize(text).flatMap((word) => [word.text, word.text.toLowerCase()])
    const tokens = [text, ...words.flatMap((word) => spellingsOf(word))]
    const ids = await this.#unlessEnded(indexed.idsOfTokens(tokens, signal))
    const list = new WordList([...ids.keys()])
    return {
      size: this.size,
      idOf: (token) => ids.get(token),
      tokenOf: (id) => [...ids].find((each) => each[1] === id)?.[0],
      tokenize: (given) => list.tokenize(given).map((token) => ({ ...token, id: ids.get(token.text) })),
    }
  }

  /** What gives the token of each of these ids; undefined for an id without one. */
  async tokensOf(ids: Iterable<number>, signal?: AbortSignal): Promise<(id: number) => string | undefined> {
    const indexed = await this.#fromIndex(signal)
    if (indexed !== undefined) return this.#unlessEnded(indexed.tokensOf(ids, signal))
    const vocabulary = await this.read(signal)
    return (id) => vocabulary?.tokenOf(id)
  }

  /** Its file is closed with the table: a read that fails by that is ended by the reason. */
  async #unlessEnded<Result>(reading: Promise<Result>): Promise<Result> {
    try {
      return await reading
    } catch (error) {
      throw this.#ended ?? error
    }
  }

  /** The tokens of the index, unless all are there already. */
  async #fromIndex(signal: AbortSignal | undefined): Promise<IndexTokens | undefined> {
    return this.#isRead ? undefined : this.#indexed.get(signal)
  }
}
