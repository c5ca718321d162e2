/** Names of rows: which id a token has, which token an id has, how a text is split. */
import { distance } from 'fastest-levenshtein'
import { describe } from './arguments.ts'
import { RowspaceError } from './errors.ts'

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
  split(text: string): TextToken[]
}

/** A plain list of words, one a row. Of words that come twice the first counts. */
export class WordList implements Vocabulary {
  private readonly ids = new Map<string, number>()

  /** Throws `INVALID_ARGUMENT` where a word is no string. */
  constructor(private readonly words: readonly string[]) {
    for (let id = words.length - 1; id >= 0; id--) {
      const word = words[id]
      if (typeof word !== 'string') {
        throw new RowspaceError('INVALID_ARGUMENT', `tokens are strings; token ${id} is ${String(word)}`, {
          id,
        })
      }
      this.ids.set(word, id)
    }
  }

  get size(): number {
    return this.words.length
  }

  idOf(token: string): number | undefined {
    return this.ids.get(token)
  }

  tokenOf(id: number): string | undefined {
    return this.words[id]
  }

  /** Words, numbers and single signs; each as written where that is a token, else in lower case. */
  split(text: string): TextToken[] {
    const pieces = text.match(/[\p{L}\p{M}]+|\p{N}+|[^\s\p{L}\p{M}\p{N}]/gu) ?? []
    return pieces.map((piece) => {
      const lower = piece.toLowerCase()
      const written = this.idOf(piece) !== undefined || this.idOf(lower) === undefined ? piece : lower
      return { text: written, id: this.idOf(written) }
    })
  }
}

/**
 * The row a name stands for, or undefined: the piece that begins a word where the vocabulary marks those (SentencePiece's `▁king`),
 * else as written, else with a leading space (GPT-2's ` queen` is one token, `queen` two).
 */
export function idOfName(vocabulary: Vocabulary, name: string): number | undefined {
  const initial = /^[\p{L}\p{N}]/u.test(name) ? vocabulary.idOf(`▁${name}`) : undefined
  return initial ?? vocabulary.idOf(name) ?? vocabulary.idOf(` ${name}`)
}

/** As `idOfName`. Throws `UNKNOWN_TOKEN` with the nearest spelling and how the text is split. */
export function findToken(vocabulary: Vocabulary, name: string): number {
  const id = idOfName(vocabulary, name)
  if (id !== undefined) return id
  const split = vocabulary.split(name)
  const parts = split.map(({ text, id }) => `${JSON.stringify(text)} ${id ?? '(unknown)'}`).join(', ')
  const similar = nearestSpelling(vocabulary, name)
  throw new RowspaceError(
    'UNKNOWN_TOKEN',
    `${JSON.stringify(name)} is not a token of this table${similar === undefined ? '' : `; did you mean ${JSON.stringify(similar)}?`}` +
      (split.length > 1
        ? `${similar === undefined ? '.' : ''} It splits into ${parts}: ask with one of those.`
        : ''),
    { token: name, similar, split },
  )
}

/** The token with the fewest edits from `name`, if that is at most a third of its letters; the smaller id on ties. */
function nearestSpelling(vocabulary: Vocabulary, name: string): string | undefined {
  let best: string | undefined
  let fewest = Math.max(1, Math.floor(name.trim().length / 3)) + 1
  for (let id = 0; id < vocabulary.size; id++) {
    const token = vocabulary.tokenOf(id)
    if (token === undefined || Math.abs(token.trim().length - name.trim().length) >= fewest) continue
    const edits = editsBetween(token.trim().toLowerCase(), name.trim().toLowerCase())
    if (edits >= fewest) continue
    fewest = edits
    best = token
  }
  return best
}

/** Letters to add, drop or change; two that changed places count as one. */
function editsBetween(a: string, b: string): number {
  if (a.length === b.length) {
    let first = 0
    while (first < a.length && a[first] === b[first]) first++
    const swapped = a.slice(0, first) + a.charAt(first + 1) + a.charAt(first) + a.slice(first + 2)
    if (swapped === b) return a === b ? 0 : 1
  }
  return distance(a, b)
}

/** The tokens a caller gave, as a vocabulary of `size`. Throws `LENGTH_MISMATCH`, `INVALID_ARGUMENT`. */
export function vocabularyOf(
  tokens: readonly string[] | Vocabulary | undefined,
  size: number,
): Vocabulary | undefined {
  if (tokens === undefined) return undefined
  const vocabulary = Array.isArray(tokens) ? new WordList(tokens) : (tokens as Vocabulary)
  if (typeof vocabulary?.idOf !== 'function') {
    throw new RowspaceError('INVALID_ARGUMENT', `tokens are strings or a vocabulary; got ${describe(tokens)}`)
  }
  if (vocabulary.size === size) return vocabulary
  throw new RowspaceError(
    'LENGTH_MISMATCH',
    `there are ${vocabulary.size} tokens for ${size} rows; one a row is needed`,
    {
      tokens: vocabulary.size,
      size,
    },
  )
}
