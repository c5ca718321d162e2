/**
 * 3CosMul: the multiplicative objective of Levy & Goldberg, Linguistic Regularities in Sparse and Explicit
 * Word Representations (2014), equation (4), with cosines shifted to [0, 1] as in its footnote 7:
 *
 *   score(x) = Π (1 + cos(x, p))/2  /  (Π (1 + cos(x, n))/2 + 0.000001)
 *
 * Cosines are the table's float32; products and quotients are float64.
 */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import { isRow } from '../table/arguments.ts'
import type { EmbeddingTable, Query } from '../table/embedding-table.ts'
import { liveRows } from '../table/live-rows.ts'
import { scoreAll } from './all-rows.ts'
import { inputId } from './keys.ts'
import { rangeFilter, type Terms, termsOf } from './terms.ts'
import { checkedTopn, type TopnOptions } from './topn.ts'

/** One row of a 3CosMul answer. */
export interface ScoredMatch {
  /** The row, 0 … |V| − 1. */
  id: number
  /** Its token, where the table has tokens. */
  token: string | undefined
  /** The 3CosMul score, from 0; larger is better. */
  score: number
}

const EPSILON = 0.000001
const ALMOST = 1 - 1e-12
/** Bytes of cosines that are cached for the next question: its words are often the same. */
const MAX_CACHED_BYTES = 400_000_000

/**
 * Answers many questions: the cosines of every row with a word are computed once for all questions with the
 * word.
 */
export class CosmulSearch {
  private readonly cached = new Map<number, Float32Array>()

  constructor(private readonly table: EmbeddingTable) {}

  /** The best rows without the terms. The method has no weights. Throws as mostSimilar. */
  search(terms: Terms, options: TopnOptions): ScoredMatch[] {
    const { table } = this
    const topn = checkedTopn(options)
    const filter = rangeFilter(table, options)
    const weighted = termsOf(terms)
    const odd = weighted.find(({ weight }) => Math.abs(weight) !== 1)
    if (odd !== undefined) {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        `3CosMul takes no weights; got ${odd.weight} for ${describe(odd.term)}`,
      )
    }
    const columns = (sign: number) =>
      weighted.filter(({ weight }) => weight === sign).map(({ term }) => this.cosines(term))
    const positive = columns(1)
    if (positive.length === 0) {
      throw new RowspaceError('EMPTY_QUERY', '3CosMul needs at least one positive term')
    }
    const inputs = new Set(
      weighted.flatMap(({ term }) => (term instanceof Float32Array ? [] : [table.id(term)])),
    )
    const live = liveRows(table)
    const allowed = (id: number) => !inputs.has(id) && (filter?.has(id) ?? true) && live.has(id)
    return this.best(positive, columns(-1), topn, allowed)
  }

  private cosines(term: Query): Float32Array {
    if (!isRow(term)) return scoreAll(this.table, term).cosines
    const id = inputId(this.table, term)
    const known = this.cached.get(id)
    if (known !== undefined) return known
    if ((this.cached.size + 1) * this.table.size * 4 > MAX_CACHED_BYTES) {
      // the oldest
      for (const first of this.cached.keys()) {
        this.cached.delete(first)
        break
      }
    }
    const { cosines } = scoreAll(this.table, id)
    this.cached.set(id, cosines)
    return cosines
  }

  /**
   * The `topn` best rows, equal ones by id. It divides only where the product of a row may be among the best.
   */
  private best(
    positive: readonly Float32Array[],
    negative: readonly Float32Array[],
    topn: number,
    allowed: (id: number) => boolean,
  ): ScoredMatch[] {
    const { table } = this
    const found: ScoredMatch[] = []
    let threshold = Number.NEGATIVE_INFINITY
    // analogies have two and one: local columns halve the time
    const [a, b] = positive
    const [c] = negative
    const isAnalogy = positive.length === 2 && negative.length === 1
    for (let id = 0; id < table.size && topn > 0; id++) {
      const above = isAnalogy ? ((1 + a![id]!) / 2) * ((1 + b![id]!) / 2) : product(positive, id)
      const below = (isAnalogy ? (1 + c![id]!) / 2 : product(negative, id)) + EPSILON
      // ALMOST covers the difference between the rounded product and the rounded quotient
      if (threshold > 0 && above < threshold * below * ALMOST) continue
      const score = above / below
      if (score <= threshold || !allowed(id)) continue
      let place = found.length
      while (place > 0 && found[place - 1]!.score < score) place--
      found.splice(place, 0, { id, token: table.token(id), score })
      if (found.length > topn) found.pop()
      if (found.length === topn) threshold = found[topn - 1]!.score
    }
    return found
  }
}

/** Π (1 + cos)/2 of one row. */
function product(columns: readonly Float32Array[], id: number): number {
  let product = 1
  for (const cosines of columns) product *= (1 + cosines[id]!) / 2
  return product
}
