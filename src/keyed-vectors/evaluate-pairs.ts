/** How cosines agree with people's scores of word pairs (WordSim-353, SimLex-999, MEN). */

import { RowspaceError } from '../core/errors.ts'
import type { KeysOf } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { type Correlation, pearson, spearman } from './correlation.ts'
import { FOLDING_OPTIONS, FoldedWords, type FoldingOptions } from './folding.ts'

/** A pair of words that people scored. */
export interface WordPair {
  /** The first word. */
  a: string
  /** The second word. */
  b: string
  /** How similar people find them; larger is more similar. */
  score: number
}

/** How word pairs are evaluated. */
export interface PairsOptions extends FoldingOptions {
  /** The text between the fields of a line. Default: any white space. */
  delimiter?: string | undefined
  /** Count pairs with unknown words as similarity 0, rather than leave them out. Default: false. */
  dummy4unknown?: boolean | undefined
}

export const PAIRS_OPTIONS: KeysOf<PairsOptions> = {
  ...FOLDING_OPTIONS,
  delimiter: true,
  dummy4unknown: true,
}

/** The result of an evaluation by word pairs. */
export interface PairsEvaluation {
  /** Pearson's correlation of people's scores with the cosines. */
  pearson: Correlation
  /** Spearman's rank correlation of the same. */
  spearman: Correlation
  /** How many pairs were compared. */
  pairs: number
  /** How many pairs have a word that the table does not have. */
  outOfVocabulary: number
  /** outOfVocabulary as a share of all pairs, from 0 to 1. */
  outOfVocabularyRatio: number
}

/**
 * Reads the text of a file of word pairs: two words and a number per line. Other lines, and lines that begin
 * with `#`, are left out.
 *
 * @param delimiter the text between the fields; default: any white space
 * @throws RowspaceError `INVALID_ARGUMENT` for what is not a text.
 */
export function parsePairs(text: string, delimiter?: string): WordPair[] {
  if (typeof text !== 'string') {
    throw new RowspaceError('INVALID_ARGUMENT', `pairs must be the text of a file; got ${describe(text)}`)
  }
  return text.split(/\r\n|\n|\r/).flatMap((line) => {
    if (line.startsWith('#')) return []
    const fields = delimiter === undefined ? line.trim().split(/\s+/) : line.split(delimiter)
    const [a, b, score] = fields.map((field) => field.trim())
    const number = score === undefined || score === '' ? Number.NaN : Number(score)
    if (fields.length !== 3 || Number.isNaN(number)) return []
    return a === undefined || b === undefined ? [] : [{ a, b, score: number }]
  })
}

/** Throws `INVALID_ARGUMENT` unless these are pairs. */
function checkedPairs(pairs: readonly WordPair[]): readonly WordPair[] {
  const isPair = (pair: WordPair) =>
    typeof pair?.a === 'string' && typeof pair.b === 'string' && Number.isFinite(pair.score)
  if (!Array.isArray(pairs)) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `pairs must be the text of a file or a list of { a, b, score }; got ${describe(pairs)}`,
    )
  }
  const odd = pairs.findIndex((pair) => !isPair(pair))
  if (odd < 0) return pairs
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `a pair must be { a, b, score }: two words and a finite number; pair ${odd} is ${describe(pairs[odd])}`,
    { index: odd },
  )
}

export function evaluatePairs(
  table: EmbeddingTable,
  pairs: string | readonly WordPair[],
  options: PairsOptions,
): PairsEvaluation {
  const words = new FoldedWords(table, options)
  const given = typeof pairs === 'string' ? parsePairs(pairs, options.delimiter) : checkedPairs(pairs)
  if (given.length === 0) {
    throw new RowspaceError('EMPTY_QUERY', 'there are no pairs: a line is two words and a number')
  }
  const people: number[] = []
  const ours: number[] = []
  let outOfVocabulary = 0
  for (const { a, b, score } of given) {
    const [first, second] = [words.idOf(words.fold(a)), words.idOf(words.fold(b))]
    const isKnown = first !== undefined && second !== undefined
    if (!isKnown) outOfVocabulary++
    if (!isKnown && options.dummy4unknown !== true) continue
    people.push(score)
    ours.push(isKnown ? table.similarity(first, second) : 0)
  }
  return {
    pearson: pearson(people, ours),
    spearman: spearman(people, ours),
    pairs: people.length,
    outOfVocabulary,
    outOfVocabularyRatio: outOfVocabulary / given.length,
  }
}
