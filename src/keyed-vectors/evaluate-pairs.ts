/** How cosines agree with people's scores of word pairs (WordSim-353, SimLex-999, MEN). */

import { RowspaceError } from '../core/errors.ts'
import type { KeysOf } from '../core/strict-options.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { type Correlation, pearson, spearman } from './correlation.ts'
import { readPairs, type WordPair } from './evaluation-data.ts'
import { FOLDING_OPTIONS, FoldedWords, type FoldingOptions, type WordRows, wordRows } from './folding.ts'

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
  const found = findPairs(wordRows(table), pairs, options)
  return correlate(
    found,
    found.ids.map((ids) => ids && table.similarity(...ids)),
  )
}

/** Pairs, and the rows of those whose words the table has. */
export interface FoundPairs {
  readonly pairs: readonly WordPair[]
  readonly ids: readonly (readonly [number, number] | undefined)[]
  readonly dummy4unknown: boolean
}

/** Throws `EMPTY_QUERY` where there are no pairs; as FoldedWords and readPairs. */
export function findPairs(
  rows: WordRows,
  given: string | readonly WordPair[],
  options: PairsOptions,
): FoundPairs {
  const words = new FoldedWords(rows, options)
  const pairs = readPairs(given, options.delimiter)
  if (pairs.length === 0) {
    throw new RowspaceError('EMPTY_QUERY', 'there are no pairs: a line is two words and a number.')
  }
  const ids = pairs.map(({ a, b }) => {
    const [first, second] = [words.idOf(a), words.idOf(b)]
    return first === undefined || second === undefined ? undefined : ([first, second] as const)
  })
  return { pairs, ids, dummy4unknown: options.dummy4unknown ?? false }
}

/** @param cosines of each pair; undefined where a word is not known */
export function correlate(
  { pairs, dummy4unknown }: FoundPairs,
  cosines: readonly (number | undefined)[],
): PairsEvaluation {
  const people: number[] = []
  const ours: number[] = []
  for (const [index, { score }] of pairs.entries()) {
    const cosine = cosines[index]
    if (cosine === undefined && !dummy4unknown) continue
    people.push(score)
    ours.push(cosine ?? 0)
  }
  const outOfVocabulary = cosines.filter((cosine) => cosine === undefined).length
  return {
    pearson: pearson(people, ours),
    spearman: spearman(people, ours),
    pairs: people.length,
    outOfVocabulary,
    outOfVocabularyRatio: outOfVocabulary / pairs.length,
  }
}
