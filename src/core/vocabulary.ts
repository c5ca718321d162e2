/** What a table needs to know about its tokens. */

/** One token of a text. */
export interface TextToken {
  /** The token as written in the vocabulary. */
  text: string
  /** Its id, or undefined where the vocabulary does not have it. */
  id: number | undefined
}

/** The tokens of a table: a word list, or a tokenizer. */
export interface Vocabulary {
  /** The number of tokens, |V|: ids are 0 … size − 1. */
  readonly size: number
  /**
   * Whether tokens mark where words start, as SentencePiece's `▁king` does: where false, names are not looked
   * up with the mark. Default: true.
   */
  readonly marksWordStarts?: boolean
  /**
   * How often each token came in the text that the vectors were trained on, by id, where that is known:
   * fastText models say so, and `openTable(path, { counts })` reads it.
   */
  readonly counts?: ArrayLike<number>
  /** The id of exactly this token, or undefined. */
  idOf(token: string): number | undefined
  /** The token of an id, or undefined where it has none. */
  tokenOf(id: number): string | undefined
  /** Splits a text into tokens. */
  tokenize(text: string): TextToken[]
}
