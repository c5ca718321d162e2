/**
 * Maximal marginal relevance: rows that are near the query and unlike each other (Carbonell & Goldstein, The
 * Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing Summaries, 1998).
 */

import { SEARCH_OPTIONS } from '../core/options.ts'
import { isWithin, type KeysOf, readChecked } from '../core/strict-options.ts'
import { invalidArgument } from '../core/values.ts'
import { readSearchOptions } from '../table/arguments.ts'
import { checkTable } from '../table/check-table.ts'
import type { EmbeddingTable, Query, SearchOptions } from '../table/embedding-table.ts'
import type { Matches } from '../table/matches.ts'

/** How maximal marginal relevance chooses. */
export interface RelevanceOptions extends Omit<SearchOptions, 'metric'> {
  /** λ, from 0 (the most different rows) to 1 (the nearest rows). Default: 0.5. */
  lambda?: number | undefined
  /** How many of the nearest rows to choose from; Infinity for all. Default: 10 · k. */
  candidates?: number | undefined
}

const { metric: _, ...OTHERS } = SEARCH_OPTIONS
const RELEVANCE_OPTIONS: KeysOf<RelevanceOptions> = {
  ...OTHERS,
  lambda: ['a number from 0 to 1', (value) => isWithin(value, 0, 1)],
  candidates: true,
}

/**
 * k rows in the order they are chosen. Each maximises λ · cos(row, query) − (1 − λ) · (its largest cosine
 * with a row chosen before); of equal rows the one nearer to the query is chosen, then the smaller id.
 *
 * @throws RowspaceError as `EmbeddingTable.nearest`; `INVALID_ARGUMENT` for `lambda` or `candidates`.
 * @example
 * maximalMarginalRelevance(table, 'king', { k: 5, lambda: 0.7 })
 */
export function maximalMarginalRelevance(
  table: EmbeddingTable,
  query: Query,
  options: RelevanceOptions = {},
): Matches {
  checkTable(table)
  const {
    candidates,
    lambda = 0.5,
    ...search
  } = readChecked(options, RELEVANCE_OPTIONS, 'the options of maximalMarginalRelevance()')
  const { k } = readSearchOptions(search)
  const near = table.nearest(query, { ...search, k: candidateCount(table, candidates, k) })
  const { ids, cosines } = near
  // the largest cosine of each row with a row chosen before; less than any where none is
  const similarities = new Float32Array(ids.length).fill(-2)
  const isChosen = new Uint8Array(ids.length)
  const count = Math.min(k, ids.length)
  const chosen: number[] = []
  // the nearest first: there is no other yet that it could be like
  for (let next = 0; chosen.length < count; ) {
    chosen.push(next)
    isChosen[next] = 1
    const { cosines: others } = table.scores(ids[next]!, ids)
    let largest = Number.NEGATIVE_INFINITY
    for (let place = 0; place < ids.length; place++) {
      const similarity = Math.max(similarities[place]!, others[place]!)
      similarities[place] = similarity
      const worth = lambda * cosines[place]! - (1 - lambda) * similarity
      if (worth <= largest || isChosen[place] === 1) continue
      largest = worth
      next = place
    }
  }
  return near.pick(chosen)
}

function candidateCount({ size }: EmbeddingTable, candidates: number | undefined, k: number): number {
  if (candidates === undefined) return Math.min(size, 10 * k)
  if (candidates === Number.POSITIVE_INFINITY) return size
  if (Number.isSafeInteger(candidates) && candidates >= k) return Math.min(size, candidates)
  throw invalidArgument(`candidates must be an integer ≥ k = ${k}, or Infinity`, candidates)
}
