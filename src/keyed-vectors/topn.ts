/** How many rows an answer has. */

import { RowspaceError } from '../core/errors.ts'
import type { KeysOf } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
import { RANGE_OPTIONS, type RangeOptions } from './terms.ts'

/** How a most-similar question is answered. */
export interface TopnOptions extends RangeOptions {
  /** How many rows to return, an integer ≥ 0. Default: 10. */
  topn?: number | undefined
}

export const TOPN_OPTIONS: KeysOf<TopnOptions> = { ...RANGE_OPTIONS, topn: true }

/** Throws `INVALID_K` unless `topn` is an integer ≥ 0. */
export function checkedTopn({ topn = 10 }: TopnOptions): number {
  if (Number.isSafeInteger(topn) && topn >= 0) return topn
  throw new RowspaceError('INVALID_K', `topn must be an integer ≥ 0; got ${describe(topn)}`, { topn })
}
