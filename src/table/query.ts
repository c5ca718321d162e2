/**
 * A query is read once, and then written. Reading may run what the caller brought (getters, iterators, a
 * vocabulary of its own), which may search the table in between; writing runs nothing of the caller's,
 * so what stands in the memory stays.
 */
import type { TableMemory } from '../../bindings/table-memory.ts'
import type { IdSet } from '../core/id-set.ts'
import type { Metric, Query } from '../core/options.ts'
import { checkQuery, checkVector, isRow, zeroQuery } from './arguments.ts'
import { combine, type Expression, inputIds, type TermTable, weightedTerms } from './expression.ts'

/** A query whose ids are known and whose numbers nothing else changes. */
export interface PreparedQuery {
  /** The rows it was made from, ascending, each once. */
  readonly inputs: ArrayLike<number>
  /**
   * Writes it to a place of the memory. Returns its inverse norm.
   *
   * @throws RowspaceError `NON_FINITE`, `ZERO_QUERY` where a cosine with it is not defined
   */
  readonly write: (memory: TableMemory, metric: Metric, place: number) => number
}

/** No ids. */
export const NO_IDS: readonly number[] = []

/** A row or vector as a query; rows that are not `live` read as zeros. Throws as `id` or checkVector. */
export function readQuery(table: TermTable, live: IdSet, query: Query): PreparedQuery {
  if (!isRow(query)) return vectorQuery(checkVector(query, table.dimension), NO_IDS)
  return new RowQuery(table.id(query), live)
}

/** A class, for a query by row is made millions of times: an object with a method costs twice as much. */
class RowQuery implements PreparedQuery {
  readonly #id: number
  readonly #live: IdSet

  constructor(id: number, live: IdSet) {
    this.#id = id
    this.#live = live
  }

  get inputs(): readonly number[] {
    return [this.#id]
  }

  write(memory: TableMemory, metric: Metric, place: number): number {
    const id = this.#id
    const inverseNorm = memory.queryByRow(id, place)
    if (metric !== 'cosine') return inverseNorm
    if (inverseNorm === 0) throw zeroQuery(`row ${id} is all zeros`)
    if (!this.#live.has(id)) throw zeroQuery(`row ${id} was not finite and reads as zeros`)
    return inverseNorm
  }
}

/** The sum of an expression. Throws as `EmbeddingTable.analogy`. */
export function readSum(table: TermTable, expression: Expression, normalize: boolean): PreparedQuery {
  const terms = weightedTerms(expression)
  return vectorQuery(combine(table, terms, normalize), inputIds(table, terms))
}

/** A vector of d numbers that was made from these rows, ascending, each once. */
export function vectorQuery(
  vector: Float32Array | readonly number[],
  inputs: readonly number[],
): PreparedQuery {
  return {
    inputs,
    write(memory, metric, place) {
      const inverseNorm = memory.queryByVector(vector, place)
      checkQuery(vector, inverseNorm, metric)
      return inverseNorm
    },
  }
}
