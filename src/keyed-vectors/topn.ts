/** How many rows an answer has, and in what range they lie. */

import { RowspaceError } from '../core/errors.ts'
import type { KeysOf } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
import { RANGE_OPTIONS, type RangeOptions } from './terms.ts'

export interface TopnOptions extends RangeOptions {
  /** How many rows: 10 unless given; fewer where there are not so many. */
  topn?: number | undefined
}

export const TOPN_OPTIONS: KeysOf<TopnOptions> = { ...RANGE_OPTIONS, topn: true }

/** Throws `INVALID_K` unless `topn` is a whole number from 0. */
export function checkedTopn({ topn = 10 }: TopnOptions): number {
  if (Number.isSafeInteger(topn) && topn >= 0) return topn
  throw new RowspaceError('INVALID_K', `topn must be an integer ≥ 0; got ${describe(topn)}`, { topn })
}
