/** What a table needs of its tokens. A list of words and a tokenizer both provide it. */

/** One token of a text: its id where the vocabulary has it. */
export interface TextToken {
  text: string
  id: number | undefined
}

/** What a table asks of its tokens. A word list and a tokenizer both answer to it. */
export interface Vocabulary {
  /** Tokens with an id: 0 … size − 1. */
  readonly size: number
  /** The id of exactly this token. */
  idOf(token: string): number | undefined
  tokenOf(id: number): string | undefined
  /** Splits a text into tokens. */
  tokenize(text: string): TextToken[]
}
