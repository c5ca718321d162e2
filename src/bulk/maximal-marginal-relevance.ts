/**
 * Maximal marginal relevance: rows that are near the query and unlike each other (Carbonell & Goldstein, The
 * Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing Summaries, 1998).
 */

import { RowspaceError } from '../core/errors.ts'
import { SEARCH_OPTIONS } from '../core/options.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
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
const RELEVANCE_OPTIONS: KeysOf<RelevanceOptions> = { ...OTHERS, lambda: true, candidates: true }

/** A row that may be chosen. */
interface Candidate {
  id: number
  cosine: number
  /** Its largest cosine with a row chosen before; less than any where none is. */
  similarity: number
  isChosen: boolean
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
  } = readOptions(options, RELEVANCE_OPTIONS, 'the options of maximalMarginalRelevance()')
  if (!(typeof lambda === 'number' && lambda >= 0 && lambda <= 1)) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `lambda must be a number from 0 to 1; got ${describe(lambda)}.`,
    )
  }
  const { k } = readSearchOptions(search)
  const near = table.nearest(query, { ...search, k: candidateCount(table, candidates, k) })
  const rows = near.map(({ id, cosine }): Candidate => ({ id, cosine, similarity: -2, isChosen: false }))
  const worth = ({ cosine, similarity }: Candidate) => lambda * cosine - (1 - lambda) * similarity
  const chosen: number[] = []
  // the nearest first: there is no other yet that it could be like
  let next = rows[0]
  while (next !== undefined && chosen.length < k) {
    next.isChosen = true
    chosen.push(rows.indexOf(next))
    const { cosines } = table.scores(next.id, near.ids)
    next = undefined
    for (const [place, row] of rows.entries()) {
      row.similarity = Math.max(row.similarity, cosines[place]!)
      if (!row.isChosen && (next === undefined || worth(row) > worth(next))) next = row
    }
  }
  return near.pick(chosen)
}

function candidateCount({ size }: EmbeddingTable, candidates: number | undefined, k: number): number {
  if (candidates === undefined) return Math.min(size, 10 * k)
  if (candidates === Number.POSITIVE_INFINITY) return size
  if (Number.isSafeInteger(candidates) && candidates >= k) return Math.min(size, candidates)
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `candidates must be an integer ≥ k = ${k}, or Infinity; got ${describe(candidates)}.`,
  )
}
