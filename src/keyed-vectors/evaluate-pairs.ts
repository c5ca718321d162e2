/** How cosines agree with people's scores of word pairs (WordSim-353, SimLex-999, MEN). */

import { RowspaceError } from '../core/errors.ts'
import type { KeysOf } from '../core/strict-options.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { type Correlation, pearson, spearman } from './correlation.ts'
import { readPairs, type WordPair } from './evaluation-data.ts'
import { FOLDING_OPTIONS, FoldedWords, type FoldingOptions } from './folding.ts'

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

export function evaluatePairs(
  table: EmbeddingTable,
  pairs: string | readonly WordPair[],
  options: PairsOptions,
): PairsEvaluation {
  const words = new FoldedWords(table, options)
  const given = readPairs(pairs, options.delimiter)
  if (given.length === 0) {
    throw new RowspaceError('EMPTY_QUERY', 'there are no pairs: a line is two words and a number.')
  }
  const people: number[] = []
  const ours: number[] = []
  let outOfVocabulary = 0
  for (const { a, b, score } of given) {
    const [first, second] = [words.idOf(a), words.idOf(b)]
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
