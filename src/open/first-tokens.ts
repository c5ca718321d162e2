/** The tokens of the first rows of a table: a vocabulary that is cut as its rows are. */
import type { TextToken, Vocabulary } from '../core/vocabulary.ts'
import type { TableFile } from '../formats/format.ts'

/** The tokens that a caller gave for the rows of a file, cut as these are where they are as many as in it. */
export function firstTokens(
  tokens: readonly string[] | Vocabulary | undefined,
  { size, rowsInFile }: TableFile,
): readonly string[] | Vocabulary | undefined {
  if (Array.isArray(tokens)) return tokens.length === rowsInFile ? tokens.slice(0, size) : tokens
  const vocabulary = tokens as Vocabulary | undefined
  return vocabulary?.size === rowsInFile && vocabulary ? new FirstTokens(vocabulary, size) : tokens
}

/** The tokens 0 … size − 1 of a larger vocabulary. Texts are split as by all of it. */
export class FirstTokens implements Vocabulary {
  readonly marksWordStarts: boolean
  readonly counts?: ArrayLike<number>

  /** @param counts of all tokens, by id */
  constructor(
    private readonly all: Vocabulary,
    readonly size: number,
    counts = all.counts,
  ) {
    this.marksWordStarts = all.marksWordStarts !== false
    if (counts !== undefined) this.counts = Float64Array.from(counts).subarray(0, size)
  }

  idOf(token: string): number | undefined {
    return this.#within(this.all.idOf(token))
  }

  tokenOf(id: number): string | undefined {
    return id < this.size ? this.all.tokenOf(id) : undefined
  }

  tokenize(text: string): TextToken[] {
    return this.all.tokenize(text).map((token) => ({ ...token, id: this.#within(token.id) }))
  }

  #within(id: number | undefined): number | undefined {
    return id !== undefined && id < this.size ? id : undefined
  }
}
