/** Which rows a question searches, and how many it returns. */

import { RowspaceError } from '../core/errors.ts'
import { IdSet } from '../core/id-set.ts'
import type { KeysOf } from '../core/strict-options.ts'
import { checkCount, describe } from '../core/values.ts'

/** How a most-similar question is answered. */
export interface TopnOptions {
  /** How many rows to return, an integer ≥ 0. Default: 10. */
  topn?: number | undefined
  /**
   * Search only the first rows, this many: the commonest words, where rows are sorted by frequency. Default:
   * all.
   */
  restrictVocab?: number | undefined
  /** The first row to search. Default: 0. */
  clipStart?: number | undefined
  /** The row after the last one to search. Default: |V|. */
  clipEnd?: number | undefined
}

export const TOPN_OPTIONS: KeysOf<TopnOptions> = {
  topn: true,
  restrictVocab: true,
  clipStart: true,
  clipEnd: true,
}

/**
 * How many rows to return, and which to search: undefined for all. Throws `INVALID_K`, `INVALID_ARGUMENT`.
 */
export function readTopnOptions(
  { size }: { readonly size: number },
  { topn = 10, restrictVocab, clipStart = 0, clipEnd = size }: TopnOptions,
): { k: number; filter: IdSet | undefined } {
  if (!Number.isSafeInteger(topn) || topn < 0) {
    throw new RowspaceError('INVALID_K', `topn must be an integer ≥ 0; got ${describe(topn)}.`, { topn })
  }
  const [from, to] =
    restrictVocab === undefined
      ? [checkBound(clipStart, 'clipStart'), checkBound(clipEnd, 'clipEnd')]
      : [0, checkBound(restrictVocab, 'restrictVocab')]
  if (from === 0 && to >= size) return { k: topn, filter: undefined }
  const filter = new IdSet(size)
  for (let id = from; id < Math.min(to, size); id++) filter.words[id >>> 5]! |= 1 << (id & 31)
  return { k: topn, filter }
}

/** A bound itself. Throws `INVALID_ARGUMENT` unless it is an integer ≥ 0, or Infinity. */
export function checkBound(bound: number, name: string): number {
  return bound === Number.POSITIVE_INFINITY ? bound : checkCount(bound, name, 0)
}
