/** Tokens as names of rows: the id of a token, the token of an id, the tokens of a text. */

import { editDistance } from '../core/edit-distance.ts'
import { RowspaceError } from '../core/errors.ts'
import { checkId } from '../core/id-set.ts'
import type { RowKey } from '../core/options.ts'
import { describe, invalidArgument } from '../core/values.ts'
import type { TextToken, Vocabulary } from '../core/vocabulary.ts'

/** A list of words, one per row. Of equal words the first names its row. */
export class WordList implements Vocabulary {
  readonly #ids = new Map<string, number>()
  readonly #words: readonly string[]
  /** Whether a word begins with SentencePiece's `▁`. */
  readonly marksWordStarts: boolean = false

  /**
   * Copies the words. Throws `INVALID_ARGUMENT` where they are not a list, or one of them is not a string.
   */
  constructor(words: readonly string[]) {
    if (!Array.isArray(words)) throw invalidArgument('tokens must be a list of strings', words)
    this.#words = [...words]
    for (let id = words.length - 1; id >= 0; id--) {
      const word: unknown = this.#words[id]
      if (typeof word !== 'string') throw invalidArgument(`token ${id} must be a string`, word, { id })
      this.#ids.set(word, id)
      this.marksWordStarts ||= word[0] === '▁'
    }
  }

  /** The number of words, |V|. */
  get size(): number {
    return this.#words.length
  }

  /** The id of exactly this word, or undefined. */
  idOf(token: string): number | undefined {
    return this.#ids.get(token)
  }

  /** The word of an id, or undefined. */
  tokenOf(id: number): string | undefined {
    return this.#words[id]
  }

  /**
   * Splits a text into words, numbers and single signs; each as written where that is a token (the one that
   * begins a word, where these are marked), else in lower case.
   */
  tokenize(text: string): TextToken[] {
    if (typeof text !== 'string') throw invalidArgument('a text must be a string', text)
    const words = text.match(/[\p{L}\p{M}]+|\p{N}+|[^\s\p{L}\p{M}\p{N}]/gu) ?? []
    return words.map((word) => {
      const id = idOfName(this, word) ?? idOfName(this, word.toLowerCase())
      return { text: (id === undefined ? undefined : this.tokenOf(id)) ?? word, id }
    })
  }
}

/**
 * The tokens that a name may stand for, the first that there is: the one that begins a word where the
 * vocabulary marks these (SentencePiece's `▁king`), else the name as written, else with a leading space (in
 * GPT-2 ` queen` is one token, `queen` two).
 */
export function spellingsOf(name: string, marksWordStarts = true): string[] {
  const mayBeMarked = marksWordStarts && /^[\p{L}\p{N}]/u.test(name)
  return mayBeMarked ? [`▁${name}`, name, ` ${name}`] : [name, ` ${name}`]
}

/** The id of the row that a name stands for, or undefined. */
export function idOfName(vocabulary: Vocabulary, name: string): number | undefined {
  for (const spelling of spellingsOf(name, vocabulary.marksWordStarts)) {
    const id = vocabulary.idOf(spelling)
    if (id !== undefined) return id
  }
  return undefined
}

/** Longer names are texts: no token is like them, and splitting and comparing them would take seconds. */
const MAX_NAME = 200

/**
 * The id of a row given by id or token, of a table of `size` rows.
 *
 * @throws RowspaceError `ID_OUT_OF_RANGE`, `UNKNOWN_TOKEN`, `NO_TOKENS`
 */
export function idOfRow(row: RowKey, size: number, vocabulary: Vocabulary | undefined): number {
  if (typeof row === 'number') {
    checkId(row, size)
    return row
  }
  if (typeof row !== 'string') throw invalidArgument('a row must be an id or a token', row)
  if (vocabulary !== undefined) return findToken(vocabulary, row)
  throw new RowspaceError('NO_TOKENS', `this table has no tokens, so ${describe(row)} names no row: use ids.`)
}

/** As `idOfName`. Throws `UNKNOWN_TOKEN` with the nearest spelling and how the text is split. */
export function findToken(vocabulary: Vocabulary, name: string): number {
  const id = idOfName(vocabulary, name)
  if (id !== undefined) return id
  const isLong = name.length > MAX_NAME
  const tokens = isLong ? [] : vocabulary.tokenize(name)
  const similar = isLong ? undefined : nearestSpelling(vocabulary, name.trim().toLowerCase())
  const hint = similar === undefined ? '.' : `; did you mean ${describe(similar)}?`
  const parts = tokens.map(({ text, id }) => `${describe(text)} ${id ?? '(unknown)'}`).join(', ')
  const split = tokens.length > 1 ? ` It splits into ${parts}: use one of those.` : ''
  throw new RowspaceError('UNKNOWN_TOKEN', `${describe(name)} is not a token of this table${hint}${split}`, {
    token: name,
    similar,
    tokens,
  })
}

/** The token with the fewest edits from `name`, at most a third of its letters; the smaller id on ties. */
function nearestSpelling(vocabulary: Vocabulary, name: string): string | undefined {
  let best: string | undefined
  let fewest = Math.max(1, Math.floor(name.length / 3)) + 1
  for (let id = 0; id < vocabulary.size; id++) {
    const token = vocabulary.tokenOf(id)
    if (token === undefined || Math.abs(token.trim().length - name.length) >= fewest) continue
    const edits = editsBetween(token.trim().toLowerCase(), name, fewest)
    if (edits >= fewest) continue
    fewest = edits
    best = token
  }
  return best
}

/** Letters to add, drop or change, `limit` for as many or more; two that changed places count as one. */
function editsBetween(a: string, b: string, limit: number): number {
  if (a.length === b.length) {
    let first = 0
    while (first < a.length && a[first] === b[first]) first++
    const swapped = a.slice(0, first) + a.charAt(first + 1) + a.charAt(first) + a.slice(first + 2)
    if (swapped === b) return a === b ? 0 : 1
  }
  return editDistance(a, b, limit)
}

/** The tokens a caller gave, as a vocabulary of `size`. Throws `LENGTH_MISMATCH`, `INVALID_ARGUMENT`. */
export function vocabularyOf(
  tokens: readonly string[] | Vocabulary | undefined,
  size: number,
): Vocabulary | undefined {
  if (tokens === undefined) return undefined
  const vocabulary = Array.isArray(tokens) ? new WordList(tokens) : (tokens as Vocabulary)
  if (typeof vocabulary?.idOf !== 'function') {
    throw invalidArgument('tokens must be strings or a vocabulary', tokens)
  }
  if (vocabulary.size === size) return vocabulary
  throw new RowspaceError(
    'LENGTH_MISMATCH',
    `there are ${vocabulary.size} tokens for ${size} rows; one per row is needed.`,
    { tokens: vocabulary.size, size },
  )
}
