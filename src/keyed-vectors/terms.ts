/** The terms of most-similar questions: keys and vectors to add and to subtract. */

import { RowspaceError } from '../core/errors.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { describe, isVector } from '../core/values.ts'
import type { Query } from '../table/embedding-table.ts'
import { type Term, type WeightedTerm, weightedTerms } from '../table/expression.ts'

/** A key or vector, alone or with a weight: `['king', 0.5]`. */
export type WeightedKey = Term | readonly [Term, number]

/**
 * Terms to add and terms to subtract. A weight counts as written, in `negative` too, as in gensim:
 * `[['man', -1]]` there means the same as `['man']`.
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

/** The terms with their weights, negative ones below 0. Throws as `EmbeddingTable.analogy`. */
export function termsOf(terms: Terms): WeightedTerm[] {
  if (isTerm(terms)) return [{ term: terms, weight: 1 }]
  if (isList(terms)) {
    if (terms.length > 0 && terms.every((term) => typeof term === 'number')) {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        'a list of numbers may be ids or a vector: pass { positive: ids }, or a Float32Array.',
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
function weighted(side: KeyedExpression['positive'], sign: number, name: string): WeightedKey[] {
  if (side === undefined) return []
  if (isTerm(side)) return [[side, sign]]
  if (Array.isArray(side)) {
    return side.map((entry: WeightedKey) => (isWeighted(entry) ? entry : [termOf(entry), sign]))
  }
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `${name} must be a key, a Float32Array or a list of them; got ${describe(side)}.`,
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
