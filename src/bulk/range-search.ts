/** All rows within a similarity, however many they are. */

import { RowspaceError } from '../core/errors.ts'
import { SEARCH_OPTIONS } from '../core/options.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
import { queryList } from '../table/arguments.ts'
import { checkTable } from '../table/check-table.ts'
import type { EmbeddingTable, Query, SearchOptions } from '../table/embedding-table.ts'
import type { Matches } from '../table/matches.ts'

export interface RangeOptions extends Omit<SearchOptions, 'k' | 'minScore'> {
  /** The least score, by `metric`, of a row in the answer; rounded to float32, as scores are. */
  minScore: number
}

const { k: _, ...OTHERS } = SEARCH_OPTIONS
const RANGE_OPTIONS: KeysOf<RangeOptions> = OTHERS

/** Rows there is room for at first, and by how much more there is for queries that fill it. */
const FIRST_ROOM = 32
const GROWTH = 8
/** Room for fewer rows than this share of the table lets a search go by its codes. */
const SHARE = 16

/**
 * All rows whose score is at least `least`, best first, equal ones by id. Rows of less are ruled out by the codes without being read, where there
 * are codes. The row asked with is left out unless `includeInputs`.
 *
 * @throws RowspaceError as `EmbeddingTable.nearest`; `INVALID_ARGUMENT` where `least` is no number.
 * @example
 * rangeSearch(table, 'king', { minScore: 0.7 })
 */
export function rangeSearch(table: EmbeddingTable, query: Query, options: RangeOptions): Matches {
  return answers(table, [query], options, 'the options of rangeSearch()')[0]!
}

/** As `rangeSearch`, of many queries over one reading of the table. Throws as it does, naming the query. */
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
  return rangeSearchUpTo(table, list, given, Number.POSITIVE_INFINITY)!
}

/**
 * As `rangeSearchBatch`, or undefined where the answers hold more than `most` rows in all: found out without holding many more.
 */
export function rangeSearchUpTo(
  table: EmbeddingTable,
  queries: readonly Query[],
  options: RangeOptions,
  most: number,
): Matches[] | undefined {
  checkMinScore(options.minScore)
  const { exclude, filter } = options
  // they are used again in each round: an iterator has only one, and a test is run once for each row
  const search = {
    ...options,
    exclude: isList(exclude) ? [...exclude] : exclude,
    filter: typeof filter === 'function' ? table.select(filter) : filter,
  }
  const answers: Matches[] = []
  let finished = 0
  let left = queries.map((query, place) => ({ query, place }))
  let k = Math.max(1, Math.min(FIRST_ROOM, Math.floor(table.size / SHARE)))
  for (;;) {
    const found = table.nearestBatch(
      left.map(({ query }) => query),
      { ...search, k },
    )
    for (const [index, { place }] of left.entries()) answers[place] = found[index]!
    // one that fills its room may have more
    const filled = left.filter((_, index) => found[index]!.length === k)
    finished += found.reduce((sum, { length }) => (length < k ? sum + length : sum), 0)
    if (finished + filled.length * k > most) return undefined
    if (filled.length === 0 || k >= table.size) return answers
    left = filled
    // with this room filled by all of them there are more than `most`
    const enough = Math.floor((most - finished) / left.length) + 1
    k = Math.min(table.size, k * GROWTH, enough)
  }
}

/** Throws `INVALID_ARGUMENT` unless `least` is a number. */
export function checkMinScore(minScore: number): void {
  if (typeof minScore === 'number' && !Number.isNaN(minScore)) return
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `minScore must be a number (a cosine from −1 to 1); got ${describe(minScore)}`,
  )
}

function isList<Item>(items: Iterable<Item> | undefined): items is Iterable<Item> {
  return typeof items === 'object' && items !== null && Symbol.iterator in items
}
