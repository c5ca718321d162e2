/** Queries and expressions as read at the call, and as vectors: checked as an EmbeddingTable does. */

import { namedQuery } from '../core/named-query.ts'
import type { Metric, Query, RowKey } from '../core/options.ts'
import { invalidArgument } from '../core/values.ts'
import { checkQuery, checkVector, isRow, zeroQuery } from './arguments.ts'
import {
  combine,
  type Expression,
  inputIds,
  type TermTable,
  type WeightedTerm,
  weightedTerms,
} from './expression.ts'

/** A query as it was at the call: its caller may change it while the servers work. */
export interface GivenQuery {
  /** The rows that it names. */
  readonly rows: readonly RowKey[]
  /** Throws `ZERO_QUERY`, `NON_FINITE`, `DIMENSION_MISMATCH`. */
  prepare(table: TermTable, metric: Metric): { vector: Float32Array; inputs: readonly number[] }
}

/** A row, or a copy of a vector. Throws `DIMENSION_MISMATCH`, … */
export function copyQuery(query: Query, dimension: number): Query {
  if (isRow(query)) return query
  const vector = checkVector(query, dimension)
  return Array.isArray(vector) ? vector : vector.slice()
}

/** Copies of the terms of an expression. */
export function copyTerms(expression: Expression): WeightedTerm[] {
  return weightedTerms(expression).map(({ term, weight }) => {
    if (term instanceof Float32Array) return { term: term.slice(), weight }
    if (isRow(term)) return { term, weight }
    throw invalidArgument('A term must be an id, a token or a Float32Array', term)
  })
}

export const rowsOf = (terms: readonly WeightedTerm[]): RowKey[] =>
  terms.flatMap(({ term }) => (term instanceof Float32Array ? [] : term))

/** @param nameOf how errors name a row */
export function givenQuery(
  query: Query,
  dimension: number,
  nameOf = (id: number) => `row ${id}`,
): GivenQuery {
  const given = copyQuery(query, dimension)
  if (!isRow(given)) {
    return {
      rows: [],
      prepare: (_, metric) => ({ vector: checked(Float32Array.from(given), metric, given), inputs: [] }),
    }
  }
  return {
    rows: [given],
    prepare(table, metric) {
      const [id, vector] = [table.id(given), table.row(given)]
      if (metric === 'cosine' && isZero(vector)) throw zeroQuery(`${nameOf(id)} is all zeros`)
      return { vector, inputs: [id] }
    },
  }
}

export function givenSum(expression: Expression, normalize: boolean): GivenQuery {
  const terms = copyTerms(expression)
  return {
    rows: rowsOf(terms),
    prepare: (table, metric) => ({
      vector: checked(combine(table, terms, normalize), metric),
      inputs: inputIds(table, terms),
    }),
  }
}

/** Queries of a batch, whose errors name the query. */
export function givenBatch<Entry>(list: readonly Entry[], read: (entry: Entry) => GivenQuery): GivenQuery[] {
  return list.map((entry, place) => {
    const { rows, prepare } = namedQuery(place, () => read(entry))
    return { rows, prepare: (table, metric) => namedQuery(place, () => prepare(table, metric)) }
  })
}

/** The vector, if the core would take it as a query: finite, and not zeros where cosines are wanted. */
function checked(vector: Float32Array, metric: Metric, given: ArrayLike<number> = vector): Float32Array {
  const inverseNorm = isZero(vector) ? 0 : 1
  checkQuery(given, vector.every(Number.isFinite) ? inverseNorm : Number.POSITIVE_INFINITY, metric)
  return vector
}

const isZero = (vector: Float32Array) => vector.every((value) => value === 0)
