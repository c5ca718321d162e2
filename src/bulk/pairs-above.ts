/** Pairs of rows that are nearly the same. */

import { RowspaceError } from '../core/errors.ts'
import type { IdSet } from '../core/id-set.ts'
import { inSteps, WORK_OPTIONS, type WorkOptions } from '../core/in-steps.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { checkCount } from '../core/values.ts'
import { readSearchOptions } from '../table/arguments.ts'
import { checkTable } from '../table/check-table.ts'
import type { EmbeddingTable, Metric } from '../table/embedding-table.ts'
import { askableSet, checkFilter } from './askable.ts'
import { PairColumns } from './pair-columns.ts'
import { checkMinScore, rangeSearchUpTo } from './range-search.ts'

export interface PairsAboveOptions extends WorkOptions {
  /** The least score, by `metric`, of a pair; rounded to float32, as scores are. */
  minScore: number
  /** What to compare by: 'cosine' unless given. */
  metric?: Metric | undefined
  /** The rows to pair: all unless given. */
  filter?: IdSet | undefined
  /** More pairs than this are an error: 10,000,000 unless given. */
  limit?: number | undefined
}

const PAIRS_OPTIONS: KeysOf<PairsAboveOptions> = {
  ...WORK_OPTIONS,
  minScore: true,
  metric: true,
  filter: true,
  limit: true,
}

/** One pair, a < b. */
export interface RowPair {
  a: number
  b: number
  cosine: number
  dot: number
}

/** Pairs as arrays of one length, in order of a, then of score, best first. */
export class RowPairs implements Iterable<RowPair> {
  constructor(
    readonly a: Uint32Array,
    readonly b: Uint32Array,
    readonly cosines: Float32Array,
    readonly dots: Float32Array,
  ) {}

  get length(): number {
    return this.a.length
  }

  *[Symbol.iterator](): Generator<RowPair> {
    for (let i = 0; i < this.length; i++) {
      yield { a: this.a[i]!, b: this.b[i]!, cosine: this.cosines[i]!, dot: this.dots[i]! }
    }
  }
}

const STEP = 64
const LIMIT = 10_000_000
/** Pairs within a step, which are found from both sides. */
const FOUND_TWICE = (STEP * (STEP - 1)) / 2

/**
 * All pairs of rows whose score is at least `least`: near-duplicates, exact. Rows of zeros are in no pair. Others have their turn now
 * and then; `signal` ends it. Its memory is a few times that of `limit` pairs of 16 bytes at most, however many there are.
 *
 * @throws RowspaceError `INVALID_ARGUMENT` where `least` is no number, or as soon as there are more pairs than `limit`; `DISPOSED`; the
 * signal's reason.
 * @example
 * for (const { a, b } of await pairsAbove(table, { minScore: 0.95 })) console.log(table.token(a), table.token(b))
 */
export async function pairsAbove(table: EmbeddingTable, options: PairsAboveOptions): Promise<RowPairs> {
  checkTable(table)
  const given = readOptions(options, PAIRS_OPTIONS, 'the options of pairsAbove()')
  const { minScore, filter, limit = LIMIT } = given
  checkMinScore(minScore)
  checkFilter(table, filter)
  const { metric } = readSearchOptions(given)
  checkCount(limit, 'limit', 0)
  const unpaired = await askableSet(table, filter, given.signal)
  const found = new PairColumns()
  await inSteps(table.size, STEP, given, (from, to) => {
    const rows: number[] = []
    for (let id = from; id < to; id++) if (unpaired.has(id)) rows.push(id)
    const most = limit - found.length + FOUND_TWICE
    const answers = rangeSearchUpTo(table, rows, { minScore, metric, filter: unpaired }, most)
    for (const [index, { ids, cosines, dots }] of (answers ?? []).entries()) {
      const a = rows[index]!
      for (let place = 0; place < ids.length; place++) {
        if (ids[place]! > a) found.add(a, ids[place]!, cosines[place]!, dots[place]!)
      }
    }
    if (answers === undefined || found.length > limit) {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        `more than ${limit} pairs score ${minScore} or more, among the first ${to} of ${table.size} rows already: raise least or limit`,
        { limit, minScore },
      )
    }
    // what is left to pair with comes later
    for (const id of rows) unpaired.delete(id)
  })
  const { a, b, cosines, dots } = found.trim()
  return new RowPairs(a, b, cosines, dots)
}
