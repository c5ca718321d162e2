/** The terms of most-similar questions: keys and vectors to add and to subtract. */

import { RowspaceError } from '../core/errors.ts'
import { IdSet } from '../core/id-set.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { describe, isVector } from '../core/values.ts'
import type { EmbeddingTable, Query } from '../table/embedding-table.ts'
import { type Term, type WeightedTerm, weightedTerms } from '../table/expression.ts'

/** A key or vector, alone or with a weight: `['king', 0.5]`. */
export type WeightedKey = Term | readonly [Term, number]

/**
 * Terms to add and terms to subtract. A weight counts as written, in `negative` too, as in gensim: `[['man',
 * -1]]` there means the same as `['man']`.
 */
export interface KeyedExpression {
  /** Terms to add. */
  positive?: Term | readonly WeightedKey[] | undefined
  /** Terms to subtract. */
  negative?: Term | readonly WeightedKey[] | undefined
}

const EXPRESSION: KeysOf<KeyedExpression> = { positive: true, negative: true }

/** One key or vector, several of them, or terms to add and to subtract. */
export type Terms = Query | readonly Query[] | KeyedExpression

/** Which rows to search. */
export interface RangeOptions {
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

export const RANGE_OPTIONS: KeysOf<RangeOptions> = { restrictVocab: true, clipStart: true, clipEnd: true }

/** The terms with their weights, negative ones below 0. Throws as `EmbeddingTable.analogy`. */
export function termsOf(terms: Terms): WeightedTerm[] {
  if (isTerm(terms)) return [{ term: terms, weight: 1 }]
  if (isList(terms)) {
    if (terms.length > 0 && terms.every((term) => typeof term === 'number')) {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        'a list of numbers may be ids or a vector: pass { positive: ids }, or a Float32Array',
      )
    }
    return weightedTerms({ positive: terms.map(termOf) })
  }
  const { positive, negative } = readOptions(terms, EXPRESSION, 'the terms')
  return weightedTerms({
    positive: [...weighted(positive, 1, 'positive'), ...weighted(negative, -1, 'negative')],
  })
}

/** The terms of one side, all with their weights: `sign` where none is written. */
function weighted(
  side: Term | readonly WeightedKey[] | undefined,
  sign: number,
  name: string,
): WeightedKey[] {
  if (side === undefined) return []
  if (isTerm(side)) return [[side, sign]]
  if (Array.isArray(side)) {
    return side.map((entry: WeightedKey) => (isWeighted(entry) ? entry : [termOf(entry), sign]))
  }
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `${name} must be a key, a Float32Array or a list of them; got ${describe(side)}`,
  )
}

function isWeighted(entry: WeightedKey): entry is readonly [Term, number] {
  return Array.isArray(entry)
}

function termOf(term: Query): Term {
  return isVector(term) ? Float32Array.from(term) : term
}

function isTerm(terms: unknown): terms is Term {
  return typeof terms === 'string' || typeof terms === 'number' || terms instanceof Float32Array
}

function isList(terms: Terms): terms is readonly Query[] {
  return Array.isArray(terms)
}

/** The rows of a range as a filter; undefined for all rows. Throws `INVALID_ARGUMENT`. */
export function rangeFilter({ size }: EmbeddingTable, options: RangeOptions): IdSet | undefined {
  const { restrictVocab, clipStart = 0, clipEnd = size } = options
  const from = restrictVocab === undefined ? checkedBound(clipStart, 'clipStart') : 0
  const to =
    restrictVocab === undefined
      ? checkedBound(clipEnd, 'clipEnd')
      : checkedBound(restrictVocab, 'restrictVocab')
  if (from === 0 && to >= size) return undefined
  const set = new IdSet(size)
  for (let id = from; id < Math.min(to, size); id++) set.add(id)
  return set
}

/** Throws `INVALID_ARGUMENT` unless this is an integer ≥ 0, or Infinity. */
export function checkedBound(value: number, name: string): number {
  if ((Number.isSafeInteger(value) && value >= 0) || value === Number.POSITIVE_INFINITY) return value
  throw new RowspaceError('INVALID_ARGUMENT', `${name} must be an integer ≥ 0; got ${describe(value)}`, {
    [name]: value,
  })
}
