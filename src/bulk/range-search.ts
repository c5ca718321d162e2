/** All rows with a minimum score, however many there are. */

import type { RowspaceError } from '../core/errors.ts'
import { SEARCH_OPTIONS } from '../core/options.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { invalidArgument, readList } from '../core/values.ts'
import { queryList } from '../table/arguments.ts'
import { checkTable } from '../table/check-table.ts'
import type { EmbeddingTable, Query, SearchOptions } from '../table/embedding-table.ts'
import type { Matches } from '../table/matches.ts'

/** Which rows a range search returns. */
export interface RangeOptions extends Omit<SearchOptions, 'k' | 'minScore'> {
  /** The minimum score by `metric`, rounded to float32 as scores are. */
  minScore: number
}

const { k: _, ...OTHERS } = SEARCH_OPTIONS
const RANGE_OPTIONS: KeysOf<RangeOptions> = OTHERS

/** k at first, and by how much it grows for queries that find k rows. */
const FIRST_K = 32
const GROWTH = 8
/** A search with k below this share of |V| uses codes. */
const SHARE = 16

/**
 * All rows with a score of at least `minScore`, best first; equal scores by id. Where the table has codes,
 * they rule most other rows out unread. A row named by the query is left out unless `includeInputs: true`.
 *
 * @throws RowspaceError as `EmbeddingTable.nearest`; `INVALID_ARGUMENT` where `minScore` is not a number.
 * @example
 * rangeSearch(table, 'king', { minScore: 0.7 })
 */
export function rangeSearch(table: EmbeddingTable, query: Query, options: RangeOptions): Matches {
  return answers(table, [query], options, 'the options of rangeSearch()').reduce((only) => only)
}

/**
 * As `rangeSearch` for many queries, while the table is read once.
 *
 * @throws RowspaceError as `rangeSearch`, naming the query.
 */
export function rangeSearchBatch(
  table: EmbeddingTable,
  queries: Iterable<Query>,
  options: RangeOptions,
): Matches[] {
  return answers(table, queries, options, 'the options of rangeSearchBatch()')
}

function answers(table: EmbeddingTable, queries: Iterable<Query>, options: RangeOptions, what: string) {
  checkTable(table)
  const given = readOptions(options, RANGE_OPTIONS, what)
  const list = queryList(queries, table.dimension)
  return rangeSearchUpTo(table, list, given, Number.POSITIVE_INFINITY).map(({ matches }) => matches)
}

/**
 * As `rangeSearchBatch`, each answer with its query. Throws `tooMany` where the answers hold more than
 * `maxRows` rows in all: few more are ever held.
 */
export function rangeSearchUpTo<Key extends Query>(
  table: EmbeddingTable,
  queries: Iterable<Key>,
  options: RangeOptions,
  maxRows: number,
  tooMany?: () => RowspaceError,
): { query: Key; matches: Matches }[] {
  checkMinScore(options.minScore)
  const { exclude, filter } = options
  // each round uses them again: an iterator can be read only once, and a test is called once per row
  const search = {
    ...options,
    exclude: exclude && readList(exclude, 'rows'),
    filter: typeof filter === 'function' ? table.idSet(filter) : filter,
  }
  const answers: { query: Key; matches: Matches }[] = []
  let left = Array.from(queries, (query, place) => ({ query, place }))
  let finished = 0
  let k = Math.max(1, Math.min(FIRST_K, Math.floor(table.size / SHARE)))
  for (;;) {
    const found = table.nearestBatch(
      left.map(({ query }) => query),
      { ...search, k },
    )
    // a query that finds k rows may have more
    const filled = left.filter((_, index) => found[index]?.length === k)
    for (const [index, { query, place }] of left.entries()) {
      const matches = found[index]
      if (matches !== undefined) answers[place] = { query, matches }
    }
    for (const { length } of found) if (length < k) finished += length
    if (tooMany !== undefined && finished + filled.length * k > maxRows) throw tooMany()
    if (filled.length === 0 || k >= table.size) return answers
    left = filled
    // if all find this many, there are more than `maxRows`
    const enough = Math.floor((maxRows - finished) / left.length) + 1
    k = Math.min(table.size, k * GROWTH, enough)
  }
}

/** Throws `INVALID_ARGUMENT` unless `minScore` is a number. */
export function checkMinScore(minScore: number): void {
  if (typeof minScore === 'number' && !Number.isNaN(minScore)) return
  throw invalidArgument('minScore must be a number (a cosine from −1 to 1)', minScore)
}
