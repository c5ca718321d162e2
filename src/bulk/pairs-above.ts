/** Pairs of rows that are nearly the same. */

import { RowspaceError } from '../core/errors.ts'
import { idRange } from '../core/id-range.ts'
import type { IdSet } from '../core/id-set.ts'
import { inSteps, WORK_OPTIONS, type WorkOptions } from '../core/in-steps.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { checkCount } from '../core/values.ts'
import { readSearchOptions } from '../table/arguments.ts'
import { checkTable } from '../table/check-table.ts'
import type { EmbeddingTable, Metric } from '../table/embedding-table.ts'
import { PairColumns } from './pair-columns.ts'
import { checkFilter, queryableSet } from './queryable.ts'
import { checkMinScore, rangeSearchUpTo } from './range-search.ts'

/** Which pairs to find. */
export interface PairsAboveOptions extends WorkOptions {
  /** The minimum score of a pair by `metric`, rounded to float32 as scores are. */
  minScore: number
  /** The score to compare by. Default: 'cosine'. */
  metric?: Metric | undefined
  /** The rows to pair. Default: all. */
  filter?: IdSet | undefined
  /** The maximum number of pairs: more are an error. Default: 10,000,000. */
  limit?: number | undefined
}

const PAIRS_OPTIONS: KeysOf<PairsAboveOptions> = {
  ...WORK_OPTIONS,
  minScore: true,
  metric: true,
  filter: true,
  limit: true,
}

/** A pair of rows. */
export interface RowPair {
  /** The smaller id. */
  a: number
  /** The larger id. */
  b: number
  /** The cosine of the rows. */
  cosine: number
  /** Their dot product. */
  dot: number
}

/** Pairs as arrays of one length, ordered by `a`, then by score, best first. */
export class RowPairs implements Iterable<RowPair> {
  constructor(
    /** The smaller ids. */
    readonly a: Uint32Array,
    /** The larger ids. */
    readonly b: Uint32Array,
    /** The cosines of the pairs. */
    readonly cosines: Float32Array,
    /** Their dot products. */
    readonly dots: Float32Array,
  ) {}

  /** The number of pairs. */
  get length(): number {
    return this.a.length
  }

  /** The pairs as objects. */
  *[Symbol.iterator](): Generator<RowPair> {
    for (const [i, a] of this.a.entries()) {
      yield { a, b: this.b[i], cosine: this.cosines[i], dot: this.dots[i] } as RowPair
    }
  }
}

const STEP = 64
const LIMIT = 10_000_000
/** Pairs within one step are found from both rows: at most this many. */
const FOUND_TWICE = (STEP * (STEP - 1)) / 2

/**
 * All pairs of rows with a score of at least `minScore`: near-duplicates, exact. Rows of zeros are in no
 * pair. The event loop gets its turn while it works; `signal` stops it. It needs at most a few times 16 bytes
 * · `limit`.
 *
 * @throws RowspaceError `INVALID_ARGUMENT` where `minScore` is not a number, or as soon as there are more
 * pairs than `limit`; `DISPOSED`; the signal's reason.
 * @example
 * const pairs = await pairsAbove(table, { minScore: 0.95 })
 * for (const { a, b } of pairs) console.log(table.token(a), table.token(b))
 */
export async function pairsAbove(table: EmbeddingTable, options: PairsAboveOptions): Promise<RowPairs> {
  checkTable(table)
  const given = readOptions(options, PAIRS_OPTIONS, 'the options of pairsAbove()')
  const { minScore, filter, limit = LIMIT } = given
  checkMinScore(minScore)
  checkFilter(table, filter)
  const { metric } = readSearchOptions(given)
  checkCount(limit, 'limit', 0)
  const unpaired = await queryableSet(table, filter, given.signal)
  const found = new PairColumns()
  await inSteps(table.size, STEP, given, (from, to) => {
    const tooMany = () =>
      new RowspaceError(
        'INVALID_ARGUMENT',
        `more than ${limit} pairs score ${minScore} or more, among the first ${to} of ${table.size} ` +
          'rows already: raise minScore or limit.',
        { limit, minScore },
      )
    const rows = idRange(from, to).filter((id) => unpaired.has(id))
    const maxRows = limit - found.length + FOUND_TWICE
    const answers = rangeSearchUpTo(table, rows, { minScore, metric, filter: unpaired }, maxRows, tooMany)
    for (const { query: a, matches } of answers) {
      const { ids, cosines, dots } = matches
      for (const [place, b] of ids.entries()) if (b > a) found.add(a, b, cosines[place]!, dots[place]!)
    }
    if (found.length > limit) throw tooMany()
    // these rows are paired with all later rows now
    for (const id of rows) unpaired.delete(id)
  })
  const { a, b, cosines, dots } = found.trim()
  return new RowPairs(a, b, cosines, dots)
}
