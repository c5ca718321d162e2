/** The tokens of an answer, read while its rows are: over a network they cost no round of their own. */

import type { LazyVocabulary } from './lazy-vocabulary.ts'

/** Rows of a round that names are read ahead for: of more, few will be in the answer. */
const MOST_AHEAD = 256

export class AnswerNames {
  readonly #ahead: Promise<unknown>[] = []

  constructor(
    private readonly vocabulary: LazyVocabulary,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Begins to read the tokens of rows that may be in the answer. */
  readAhead(ids: ReadonlySet<number>): void {
    if (ids.size > MOST_AHEAD) return
    // what fails is tried again, if it is needed
    this.#ahead.push(this.vocabulary.tokensOf(ids, this.signal).catch(() => {}))
  }

  /** What gives the token of each row of the answer; undefined for a row without one. */
  async of(rows: readonly { readonly id: number }[]): Promise<(id: number) => string | undefined> {
    await Promise.all(this.#ahead)
    const ids = rows.map(({ id }) => id)
    return this.vocabulary.tokensOf(ids, this.signal)
  }
}
