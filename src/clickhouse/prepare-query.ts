/** Queries and expressions as vectors to ask the engine with, judged as an EmbeddingTable judges them. */

import { isRowspaceError, RowspaceError } from '../core/errors.ts'
import type { Metric } from '../core/options.ts'
import { describe } from '../core/values.ts'
import { checkQuery, checkVector, isRow, zeroQuery } from '../table/arguments.ts'
import { combine, type Expression, inputIds, type WeightedTerm, weightedTerms } from '../table/expression.ts'
import type { FoundRow } from './fetch-rows.ts'
import type { Query, RowKey } from './options.ts'
import type { PreparedQuery } from './rescore.ts'

export interface PrepareOptions {
  metric: Metric
  includeInputs: boolean
  /** Ids to leave out. */
  exclude: readonly number[]
}

/** The rows that a question names, as `combine` reads them from a table. */
export class Rows {
  constructor(
    readonly dimension: number,
    private readonly ids: ReadonlyMap<RowKey, number>,
    private readonly found: ReadonlyMap<number, FoundRow>,
  ) {}

  id(row: RowKey): number {
    return this.ids.get(row)!
  }

  row(row: RowKey): Float32Array {
    return this.found.get(typeof row === 'number' ? row : this.id(row))!.row
  }

  asTable() {
    return {
      dimension: this.dimension,
      id: (row: RowKey) => this.id(row),
      row: (row: RowKey) => this.row(row),
    }
  }
}

/** A query as it is now: a caller may change its vector while the servers are asked. Throws `DIMENSION_MISMATCH`, … */
export function copiedQuery(query: Query, dimension: number): Query {
  if (isRow(query)) return query
  const vector = checkVector(query, dimension)
  return Array.isArray(vector) ? vector : vector.slice()
}

/** The terms of an expression as they are now. */
export function copiedTerms(expression: Expression): WeightedTerm[] {
  return weightedTerms(expression).map(({ term, weight }) => {
    if (term instanceof Float32Array) return { term: term.slice(), weight }
    if (isRow(term)) return { term, weight }
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `a term must be an id, a token or a Float32Array; got ${describe(term)}`,
    )
  })
}

/** The question of a row or a vector that was copied. Throws `ZERO_QUERY`, `NON_FINITE`, `DIMENSION_MISMATCH`. */
export function prepareQuery(
  query: Query,
  { metric, includeInputs, exclude }: PrepareOptions,
  rows: Rows,
): PreparedQuery {
  if (!isRow(query)) {
    const vector = Float32Array.from(query)
    checkVectorOf(vector, metric, query)
    return { vector, excluded: new Set(exclude) }
  }
  const id = rows.id(query)
  const vector = rows.row(id)
  if (metric === 'cosine' && vector.every((value) => value === 0)) throw zeroQuery(`row ${id} is all zeros`)
  return { vector, excluded: new Set(includeInputs ? exclude : [...exclude, id]) }
}

/** The question of a sum of rows and vectors. */
export function prepareSum(
  terms: readonly WeightedTerm[],
  normalize: boolean,
  { metric, includeInputs, exclude }: PrepareOptions,
  rows: Rows,
): PreparedQuery {
  const table = rows.asTable()
  const vector = combine(table, terms, normalize)
  checkVectorOf(vector, metric)
  return { vector, excluded: new Set(includeInputs ? exclude : [...exclude, ...inputIds(table, terms)]) }
}

/** Judges a query as the core does: by whether it is finite and not zeros. */
function checkVectorOf(vector: Float32Array, metric: Metric, given: ArrayLike<number> = vector): void {
  const hasOdd = !vector.every(Number.isFinite)
  const isZero = vector.every((value) => value === 0)
  checkQuery(given, hasOdd ? Number.POSITIVE_INFINITY : isZero ? 0 : 1, metric)
}

/** Puts the number of the question into what is thrown. */
export function inOrder<Given, Made>(list: readonly Given[], make: (given: Given) => Made): Made[] {
  const made: Made[] = []
  for (const [question, given] of list.entries()) {
    try {
      made.push(make(given))
    } catch (error) {
      if (!isRowspaceError(error)) throw error
      throw new RowspaceError(error.code, `query ${question}: ${error.message}`, {
        ...error.details,
        question,
        cause: error,
      })
    }
  }
  return made
}
