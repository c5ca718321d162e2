/** Arithmetic on rows: king − man + woman. */

import { RowspaceError } from '../core/errors.ts'
import type { RowKey } from '../core/options.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { checkLength, describe, invalidArgument } from '../core/values.ts'

/** A row by id or token, or a vector of d numbers. */
export type Term = RowKey | Float32Array

/**
 * A weighted sum of terms. Each is given alone, or with a weight: `['king', 0.5]`.
 *
 * @example
 * table.analogy({ positive: ['king', 'woman'], negative: ['man'] }) // king − man + woman
 */
export interface Expression {
  /** Terms to add. Default: none. */
  positive?: readonly (Term | readonly [Term, number])[] | undefined
  /** Terms to subtract. Default: none. */
  negative?: readonly (Term | readonly [Term, number])[] | undefined
}

const EXPRESSION: KeysOf<Expression> = { positive: true, negative: true }

/** A term of a sum; what is taken away has a weight below 0. */
export interface WeightedTerm {
  term: Term
  weight: number
}

/** What a sum needs from a table. */
export interface TermTable {
  readonly dimension: number
  id(row: RowKey): number
  row(row: RowKey): Float32Array
}

/** The terms of an expression. Throws `INVALID_ARGUMENT`, `EMPTY_QUERY`. */
export function weightedTerms(expression: Expression): WeightedTerm[] {
  const { positive = [], negative = [] } = readOptions(expression, EXPRESSION, 'the expression')
  for (const list of [positive, negative]) {
    if (!Array.isArray(list)) throw invalidArgument('positive and negative must be lists', list)
  }
  const weighted = (sign: number) => (entry: Term | readonly [Term, number]) => {
    if (Array.isArray(entry) && entry.length !== 2) {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        'a term is an id, a token, a Float32Array, or one of them with a weight; got an array of ' +
          `${entry.length}.`,
      )
    }
    const [term, weight] = Array.isArray(entry) ? (entry as readonly [Term, number]) : [entry as Term, 1]
    if (typeof weight === 'number' && Number.isFinite(weight)) return { term, weight: sign * weight }
    throw invalidArgument(`the weight of ${describe(term)} must be a finite number`, weight)
  }
  const terms = [...positive.map(weighted(1)), ...negative.map(weighted(-1))]
  if (terms.length > 0) return terms
  throw new RowspaceError(
    'EMPTY_QUERY',
    'an analogy needs at least one token, id or vector in positive or negative.',
  )
}

/** The ids of the rows among the terms, ascending, each once. */
export function inputIds(table: TermTable, terms: readonly WeightedTerm[]): number[] {
  const ids = terms.flatMap(({ term }) => (term instanceof Float32Array ? [] : [table.id(term)]))
  return ids.length > 1 ? [...new Set(ids)].sort((a, b) => a - b) : ids
}

/** The weighted sum of the terms in float64, rounded once. `normalize` scales each to length 1 first. */
export function combine(table: TermTable, terms: readonly WeightedTerm[], normalize: boolean): Float32Array {
  const sum = new Float64Array(table.dimension)
  for (const { term, weight } of terms) {
    const vector = term instanceof Float32Array ? term : table.row(term)
    checkLength(vector, table.dimension, 'a term')
    const scale = normalize ? weight / lengthOf(vector) : weight
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + scale * (vector[i] ?? 0)
  }
  return Float32Array.from(sum)
}

/** ||vector||; 1 for zeros, which stay zeros. */
function lengthOf(vector: Float32Array): number {
  let squares = 0
  for (const value of vector) squares += value * value
  return squares === 0 ? 1 : Math.sqrt(squares)
}
