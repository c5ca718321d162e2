/**
 * 3CosMul: the multiplicative objective of Levy & Goldberg, Linguistic Regularities in Sparse and Explicit
 * Word Representations (2014), equation (4), with cosines shifted to [0, 1] as in its footnote 7:
 *
 *   score(x) = Π (1 + cos(x, p))/2  /  (Π (1 + cos(x, n))/2 + 0.000001)
 *
 * Cosines are the table's float32; products and quotients are float64.
 */

import { RowspaceError } from '../core/errors.ts'
import { idRange } from '../core/id-range.ts'
import { describe } from '../core/values.ts'
import { isRow } from '../table/arguments.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { inputIds, type Term } from '../table/expression.ts'
import { liveRows } from '../table/live-rows.ts'
import { inputId, scoreAll } from './keys.ts'
import { readTopnOptions, type TopnOptions } from './search-options.ts'
import { type Terms, termsOf } from './terms.ts'

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
/** Bytes of cosines that are cached for the next question: its words are often the same. */
const MAX_CACHED_BYTES = 400_000_000

/** Answers many questions: the cosines of every row with a word are cached for the next question. */
export class CosmulSearch {
  private readonly cached = new Map<number, Float32Array>()
  private readonly ids: Uint32Array<ArrayBuffer>

  constructor(
    private readonly table: EmbeddingTable,
    private readonly maxCachedBytes = MAX_CACHED_BYTES,
  ) {
    this.ids = idRange(0, table.size)
  }

  /** The best rows without the terms, equal ones by id. Throws as mostSimilar. */
  search(terms: Terms, options: TopnOptions): ScoredMatch[] {
    const { table } = this
    const { k, filter } = readTopnOptions(table, options)
    const weighted = termsOf(terms)
    const odd = weighted.find(({ weight }) => Math.abs(weight) !== 1)
    if (odd !== undefined) {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        `3CosMul takes no weights; got ${odd.weight} for ${describe(odd.term)}.`,
      )
    }
    if (!weighted.some(({ weight }) => weight === 1)) {
      throw new RowspaceError('EMPTY_QUERY', '3CosMul needs a positive term.')
    }
    const columns = (sign: number) =>
      weighted.filter(({ weight }) => weight === sign).map(({ term }) => this.cosines(term))
    const inputs = new Set(inputIds(table, weighted))
    const live = liveRows(table)
    const allowed = (id: number) => !inputs.has(id) && filter?.has(id) !== false && live.has(id)
    return this.best(columns(1), columns(-1), k, allowed)
  }

  private best(
    positive: readonly Float32Array[],
    negative: readonly Float32Array[],
    k: number,
    allowed: (id: number) => boolean,
  ): ScoredMatch[] {
    const { table } = this
    const { size } = table
    const best: ScoredMatch[] = []
    let threshold = Number.NEGATIVE_INFINITY
    // analogies have two and one: local columns halve the time
    const [[a, b], [c]] = [positive, negative]
    const isAnalogy = a && b && c && positive.length === 2 && negative.length === 1
    for (let id = 0; id < size; id++) {
      const above = isAnalogy ? ((1 + a[id]!) / 2) * ((1 + b[id]!) / 2) : product(positive, id)
      const below = (isAnalogy ? (1 + c[id]!) / 2 : product(negative, id)) + EPSILON
      // most rows need no division; a product rounds otherwise than the quotient, by far less than the margin
      // Stryker disable next-line ConditionalExpression,EqualityOperator,ArithmeticOperator: only faster
      if (threshold > 0 && above < threshold * below * (1 - 1e-12)) continue
      const score = above / below
      if (score <= threshold || !allowed(id)) continue
      insert(best, { id, token: table.token(id), score })
      if (best.length > k) best.pop()
      if (best.length === k) threshold = best.at(-1)?.score ?? threshold
    }
    return best
  }

  private cosines(term: Term): Float32Array {
    if (!isRow(term)) return scoreAll(this.table, term, this.ids).cosines
    const id = inputId(this.table, term)
    const known = this.cached.get(id)
    if (known !== undefined) return known
    const { cosines } = scoreAll(this.table, id, this.ids)
    if ((this.cached.size + 1) * cosines.byteLength > this.maxCachedBytes) this.cached.clear()
    this.cached.set(id, cosines)
    return cosines
  }
}

/** A function of its own: a closure in the loop over rows would cost as much as the rest of it. */
function insert(best: ScoredMatch[], match: ScoredMatch): void {
  let place = best.length
  while (place > 0 && best[place - 1]!.score < match.score) place--
  best.splice(place, 0, match)
}

/** Π (1 + cos)/2 of one row. */
function product(columns: readonly Float32Array[], id: number): number {
  let product = 1
  for (const cosines of columns) product *= (1 + cosines[id]!) / 2
  return product
}
