/** The methods of gensim's KeyedVectors, in camelCase, over a table. */

import { INSPECT } from '../core/inspect.ts'
import { TABLE_OPTIONS } from '../core/options.ts'
import { readOptions } from '../core/strict-options.ts'
import { checkVector } from '../table/arguments.ts'
import { checkTable } from '../table/check-table.ts'
import type { EmbeddingTable, Query, RowKey, TableOptions } from '../table/embedding-table.ts'
import type { Matches } from '../table/matches.ts'
import {
  type Central,
  closerThan,
  cosineSimilarities,
  mostSimilarToGiven,
  rankByCentrality,
  relativeCosineSimilarity,
} from './compare.ts'
import { CosmulSearch, type ScoredMatch } from './cosmul.ts'
import { normalizedTable, tableByFrequency, tableOfKeys } from './derive.ts'
import {
  ANALOGY_OPTIONS,
  type AnalogyEvaluation,
  type AnalogyEvaluationOptions,
  evaluateAnalogies,
} from './evaluate-analogies.ts'
import { evaluatePairs, PAIRS_OPTIONS, type PairsEvaluation, type PairsOptions } from './evaluate-pairs.ts'
import type { AnalogySection, WordPair } from './evaluation-data.ts'
import { idOfKey, scoreAll } from './keys.ts'
import { MEAN_OPTIONS, type MeanOptions, meanVector } from './mean-vector.ts'
import { mostSimilar, mostSimilarBatch } from './most-similar.ts'
import { normalized } from './norm.ts'
import { TOPN_OPTIONS, type TopnOptions } from './search-options.ts'
import type { Terms } from './terms.ts'
import { countsOf, vecattr } from './vecattr.ts'
import { MOVERS_OPTIONS, type WordMoversOptions, wordMoversDistance } from './word-movers-distance.ts'

/**
 * gensim's KeyedVectors over a table: the same methods in camelCase, with the same defaults.
 *
 * @example
 * const vectors = new KeyedVectors(await openTable('glove.txt'))
 * vectors.mostSimilar({ positive: ['king', 'woman'], negative: ['man'] }, { topn: 3 })
 * vectors.doesntMatch(['breakfast', 'cereal', 'dinner', 'lunch']) // 'cereal'
 */
export class KeyedVectors {
  /** Reads the table and never changes it: any number of KeyedVectors may share one. */
  constructor(
    /** The table. */
    readonly table: EmbeddingTable,
  ) {
    checkTable(table)
  }

  /** The number of rows, |V|. */
  get length(): number {
    return this.table.size
  }

  /** The number of columns, d. */
  get vectorSize(): number {
    return this.table.dimension
  }

  /** Whether the table has this key. */
  has(key: RowKey): boolean {
    return idOfKey(this.table, key) !== undefined
  }

  /** The id of a key; `standard` where the table does not have it, or `UNKNOWN_TOKEN` without `standard`. */
  getIndex(key: RowKey, standard?: number): number {
    return idOfKey(this.table, key) ?? standard ?? this.table.id(key)
  }

  /**
   * A copy of a row, d numbers. `norm` scales it to length 1; default: false.
   *
   * @throws RowspaceError `UNKNOWN_TOKEN`, `ID_OUT_OF_RANGE`.
   */
  getVector(key: RowKey, options: { norm?: boolean | undefined } = {}): Float32Array {
    const { norm = false } = readOptions(options, { norm: true }, 'the options of getVector()')
    const row = this.table.row(key)
    return norm ? normalized(row) : row
  }

  /**
   * An attribute of a key. There is one: 'count', how often it came in the text that the vectors were trained
   * on, of tables whose vocabulary has `counts` (fastText models, and `openTable(path, { counts })`).
   *
   * @throws RowspaceError `NOT_FOUND` where the table has no counts, `UNKNOWN_TOKEN`, `ID_OUT_OF_RANGE`.
   */
  getVecattr(key: RowKey, attribute: 'count'): number {
    return vecattr(this.table, key, attribute)
  }

  /**
   * The weighted mean of rows and vectors, d numbers.
   *
   * @throws RowspaceError `EMPTY_QUERY` without keys, `UNKNOWN_TOKEN` without a known key, `LENGTH_MISMATCH`
   * unless there is a weight per key, `DIMENSION_MISMATCH`, `NON_FINITE`.
   */
  getMeanVector(keys: Iterable<Query>, options: MeanOptions = {}): Float32Array {
    return meanVector(this.table, keys, readOptions(options, MEAN_OPTIONS, 'the options of getMeanVector()'))
  }

  /**
   * The rows with the largest cosine with the mean of the terms, without the terms: 3CosAdd. Rows are scaled
   * to length 1 first, vectors are not.
   *
   * @throws RowspaceError `EMPTY_QUERY` without terms, `UNKNOWN_TOKEN`, `ZERO_QUERY` where they cancel out,
   * `INVALID_K`.
   */
  mostSimilar(terms: Terms, options: TopnOptions = {}): Matches {
    return mostSimilar(this.table, terms, topnOptions(options, 'mostSimilar'))
  }

  /** As `mostSimilar` for many questions, while the table is read once. */
  mostSimilarBatch(questions: readonly Terms[], options: TopnOptions = {}): Matches[] {
    return mostSimilarBatch(this.table, questions, topnOptions(options, 'mostSimilarBatch'))
  }

  /**
   * The best rows by 3CosMul (Levy & Goldberg 2014), without the terms.
   *
   * @throws RowspaceError as `mostSimilar`; `INVALID_ARGUMENT` for weights, which the method does not have.
   */
  mostSimilarCosmul(terms: Terms, options: TopnOptions = {}): ScoredMatch[] {
    return new CosmulSearch(this.table).search(terms, topnOptions(options, 'mostSimilarCosmul'))
  }

  /** `mostSimilar` to one key. */
  similarByKey(key: RowKey, options: TopnOptions = {}): Matches {
    return mostSimilar(this.table, { positive: [key] }, topnOptions(options, 'similarByKey'))
  }

  /** `mostSimilar` to one vector of d numbers. */
  similarByVector(vector: Float32Array | readonly number[], options: TopnOptions = {}): Matches {
    checkVector(vector, this.vectorSize)
    return mostSimilar(this.table, Float32Array.from(vector), topnOptions(options, 'similarByVector'))
  }

  /** The cosine of two keys. */
  similarity(a: RowKey, b: RowKey): number {
    return this.table.similarity(a, b)
  }

  /** 1 − cosine. */
  distance(a: RowKey, b: RowKey): number {
    return 1 - this.similarity(a, b)
  }

  /** The cosine of the means of two lists of keys and vectors; unknown keys are left out. */
  nSimilarity(a: Iterable<Query>, b: Iterable<Query>): number {
    const mean = (keys: Iterable<Query>) => meanVector(this.table, keys, { preNormalize: false })
    return this.table.similarity(mean(a), mean(b))
  }

  /** 1 − cosine of a key or vector with each of `others`, in this order, or with all |V| rows, by id. */
  distances(query: Query, others?: Iterable<RowKey>): Float32Array {
    const scored = others === undefined ? scoreAll(this.table, query) : this.table.scores(query, others)
    return scored.cosines.map((cosine) => 1 - cosine)
  }

  /** The cosines of a vector with others, in float64; 0 with a vector of zeros. */
  static cosineSimilarities(vector: ArrayLike<number>, vectors: Iterable<ArrayLike<number>>): Float64Array {
    return cosineSimilarities(vector, vectors)
  }

  /** The key that is least like the others: the last of `rankByCentrality`. */
  doesntMatch<Key extends RowKey>(keys: Iterable<Key>): Key {
    return this.rankByCentrality(keys).reduce((_, last) => last).key
  }

  /**
   * Keys with their similarity to the mean of all, the most central first; unknown keys are left out.
   * `useNorm` scales rows to length 1 first; default: true.
   *
   * @throws RowspaceError `EMPTY_QUERY`; `UNKNOWN_TOKEN` where the table has none of them.
   */
  rankByCentrality<Key extends RowKey>(
    keys: Iterable<Key>,
    options: { useNorm?: boolean | undefined } = {},
  ): Central<Key>[] {
    const { useNorm = true } = readOptions(options, { useNorm: true }, 'the options of rankByCentrality()')
    return rankByCentrality(this.table, keys, useNorm)
  }

  /** Ids of the rows nearer to `a` than `b` is, in order of id. */
  closerThan(a: RowKey, b: RowKey): Uint32Array {
    return closerThan(this.table, a, b)
  }

  /** The rank of `b` among the neighbours of `a`: 1 for the nearest. */
  rank(a: RowKey, b: RowKey): number {
    return this.closerThan(a, b).length + 1
  }

  /** The one of `keys` that is most similar to `key`. */
  mostSimilarToGiven<Key extends RowKey>(key: RowKey, keys: Iterable<Key>): Key {
    return mostSimilarToGiven(this.table, key, keys)
  }

  /**
   * cos(a, b) divided by the sum of the cosines of the `topn` (default: 10) rows nearest to a: synonyms score
   * above 1/topn (Leeuwenberg et al. 2016).
   */
  relativeCosineSimilarity(a: RowKey, b: RowKey, options: { topn?: number | undefined } = {}): number {
    const { topn = 10 } = readOptions(options, { topn: true }, 'the options of relativeCosineSimilarity()')
    return relativeCosineSimilarity(this.table, a, b, topn)
  }

  /** A new table of the rows of these keys, each once; unknown keys are left out. */
  async vectorsForAll(keys: Iterable<RowKey>, options: TableOptions = {}): Promise<KeyedVectors> {
    const given = readOptions(options, TABLE_OPTIONS, 'the options of vectorsForAll()')
    return new KeyedVectors(await tableOfKeys(this.table, keys, given))
  }

  /** A new table of the rows scaled to length 1. */
  async unitNormalizeAll(options: TableOptions = {}): Promise<KeyedVectors> {
    const given = readOptions(options, TABLE_OPTIONS, 'the options of unitNormalizeAll()')
    return new KeyedVectors(await normalizedTable(this.table, given))
  }

  /**
   * A new table of the rows, the largest counts first: one count per row, or a Map of tokens to counts.
   * Default: the counts of the table's vocabulary.
   */
  async sortByDescendingFrequency(
    counts: ArrayLike<number> | ReadonlyMap<string, number> = countsOf(this.table),
    options: TableOptions = {},
  ): Promise<KeyedVectors> {
    const given = readOptions(options, TABLE_OPTIONS, 'the options of sortByDescendingFrequency()')
    return new KeyedVectors(await tableByFrequency(this.table, counts, given))
  }

  /**
   * How many analogy questions are answered correctly: the text of a file like questions-words.txt, or its
   * sections. Words are compared in upper case unless `caseInsensitive: false`.
   */
  async evaluateWordAnalogies(
    analogies: string | readonly AnalogySection[],
    options: AnalogyEvaluationOptions = {},
  ): Promise<AnalogyEvaluation> {
    const given = readOptions(options, ANALOGY_OPTIONS, 'the options of evaluateWordAnalogies()')
    return evaluateAnalogies(this.table, analogies, given)
  }

  /**
   * How cosines agree with people's scores: the text of a file with two words and a number per line, or the
   * pairs.
   */
  evaluateWordPairs(pairs: string | readonly WordPair[], options: PairsOptions = {}): PairsEvaluation {
    const given = readOptions(options, PAIRS_OPTIONS, 'the options of evaluateWordPairs()')
    return evaluatePairs(this.table, pairs, given)
  }

  /**
   * Word Mover's Distance of two texts, given as words; Infinity where a text has no known word.
   *
   * @throws RowspaceError `INVALID_ARGUMENT` without a solver.
   * @example
   * import highs from 'highs'
   * await vectors.wmdistance(['a', 'cat'], ['the', 'dog'], { solver: highs })
   */
  async wmdistance(
    text: Iterable<string>,
    other: Iterable<string>,
    options: WordMoversOptions = {},
  ): Promise<number> {
    const given = readOptions(options, MOVERS_OPTIONS, 'the options of wmdistance()')
    return wordMoversDistance(this.table, text, other, given)
  }

  /** What console.log prints. @internal */
  [INSPECT](): string {
    return `KeyedVectors(${this.table[INSPECT]()})`
  }
}

function topnOptions(options: TopnOptions, method: string): TopnOptions {
  return readOptions(options, TOPN_OPTIONS, `the options of ${method}()`)
}
