/** Whether a table finds alike what people find alike: pairs of words with scores (WordSim-353, SimLex-999, MEN). */

import { RowspaceError } from '../core/errors.ts'
import type { KeysOf } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { type Correlation, pearson, spearman } from './correlation.ts'
import { FOLDING_OPTIONS, FoldedWords, type FoldingOptions } from './folding.ts'

export interface WordPair {
  a: string
  b: string
  /** How alike people find them; larger is more. */
  score: number
}

export interface PairsOptions extends FoldingOptions {
  /** What stands between the fields of a line: any white space unless given. */
  delimiter?: string | undefined
  /** Count pairs with words that the table does not have as of similarity 0, rather than leave them out. */
  dummy4unknown?: boolean | undefined
}

export const PAIRS_OPTIONS: KeysOf<PairsOptions> = {
  ...FOLDING_OPTIONS,
  delimiter: true,
  dummy4unknown: true,
}

export interface PairsEvaluation {
  pearson: Correlation
  spearman: Correlation
  /** Pairs that were compared. */
  pairs: number
  /** Pairs with a word that the table does not have. */
  outOfVocabulary: number
  /** Their share of all, from 0 to 1. */
  outOfVocabularyRatio: number
}

/** Reads pairs: two words and a number a line. Lines that begin with `#` or are not that are left out. */
export function parsePairs(text: string, delimiter?: string): WordPair[] {
  if (typeof text !== 'string') {
    throw new RowspaceError('INVALID_ARGUMENT', `pairs must be the text of a file; got ${describe(text)}`)
  }
  return text.split(/\r\n|\n|\r/).flatMap((line) => {
    if (line.startsWith('#')) return []
    const fields = delimiter === undefined ? line.trim().split(/\s+/) : line.split(delimiter)
    const [a, b, score] = fields.map((field) => field.trim())
    const number = score === undefined || score === '' ? Number.NaN : Number(score)
    return fields.length === 3 && !Number.isNaN(number) ? [{ a: a!, b: b!, score: number }] : []
  })
}

/** Throws `INVALID_ARGUMENT` unless these are pairs. */
function checkedPairs(pairs: readonly WordPair[]): readonly WordPair[] {
  const isPair = (pair: WordPair) =>
    typeof pair?.a === 'string' && typeof pair.b === 'string' && Number.isFinite(pair.score)
  if (!Array.isArray(pairs)) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `pairs are the text of a file, or a list of { a, b, score }; got ${describe(pairs)}`,
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
