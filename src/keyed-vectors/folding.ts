/** Words of an evaluation found in a table: among its first rows, in any case or as written. */
import { RowspaceError } from '../errors.ts'
import type { EmbeddingTable } from '../table.ts'

export interface FoldingOptions {
  /** Know the first so many rows alone; all unless given. (gensim's default is 300,000.) */
  restrictVocab?: number | undefined
  /** Compare words in upper case. Of rows that differ by case the first counts. True unless given. */
  caseInsensitive?: boolean | undefined
}

/** Words of a table by their folded form. */
export class FoldedWords {
  readonly fold: (word: string) => string
  private readonly ids = new Map<string, number>()

  /** Throws `NO_TOKENS`, `INVALID_ARGUMENT`. */
  constructor(table: EmbeddingTable, options: FoldingOptions) {
    const { restrictVocab = Number.POSITIVE_INFINITY, caseInsensitive = true } = options
    if (table.vocabulary === undefined) {
      throw new RowspaceError(
        'NO_TOKENS',
        'this table has no tokens, so no word of an evaluation can be found in it',
      )
    }
    if (!(restrictVocab >= 0)) {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        `restrictVocab must be a whole number from 0; got ${restrictVocab}`,
      )
    }
    this.fold = caseInsensitive ? (word) => word.toUpperCase() : (word) => word
    const count = Math.min(table.size, restrictVocab)
    for (let id = 0; id < count; id++) {
      const token = table.vocabulary.tokenOf(id)
      if (token === undefined) continue
      const folded = this.fold(token.trim())
      if (!this.ids.has(folded)) this.ids.set(folded, id)
    }
  }

  /** The row of a word that is folded already. */
  idOf(folded: string): number | undefined {
    return this.ids.get(folded)
  }
}
