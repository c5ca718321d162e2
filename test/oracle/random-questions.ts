/** Seeded questions of every kind: single and in batches, rows and vectors and sums, with every option. */
import type { AnalogyOptions, Query, RowKey, SearchOptions } from '../../src/core/options.ts'
import type { Expression } from '../../src/table/expression.ts'
import { randomNumbers } from './tables.ts'

export type QuestionOptions = Omit<AnalogyOptions, 'filter'>
export type RowTest = (id: number) => boolean

export interface Question {
  /** More than one where they are asked as a batch. */
  readonly list: { readonly queries: Query[] } | { readonly sums: Expression[] }
  readonly options: QuestionOptions
  readonly filter: { readonly test: RowTest; readonly isSet: boolean } | undefined
}

/** What is asked about. */
export interface QuestionLimits {
  readonly size: number
  readonly dimension: number
  /** k is one of these. */
  readonly counts: readonly number[]
  /** A filter leaves every row of these steps; of 0 none, of 1 there is no filter. */
  readonly steps: readonly number[]
  /** Queries of a batch. */
  readonly maxBatch: number
  /** Default: numbers from −1 to 1. */
  readonly vector?: (seed: number) => Float32Array
  /** The name of a row, where some are named. */
  readonly name?: (id: number) => string
}

/** The answers of a table, or its promises of them. */
interface Asked<One, Many> {
  nearest(query: Query, options: SearchOptions): One
  nearestBatch(queries: Query[], options: SearchOptions): Many
  analogy(expression: Expression, options: AnalogyOptions): One
  analogyBatch(expressions: Expression[], options: AnalogyOptions): Many
}

/** Asks one alone, and several as a batch. */
export function ask<One, Many>(
  table: Asked<One, Many>,
  { list }: Question,
  options: AnalogyOptions,
): One | Many {
  if ('sums' in list) {
    const [first, ...others] = list.sums
    return first !== undefined && others.length === 0
      ? table.analogy(first, options)
      : table.analogyBatch(list.sums, options)
  }
  const { normalize: _, ...search } = options
  const [first, ...others] = list.queries
  return first !== undefined && others.length === 0
    ? table.nearest(first, search)
    : table.nearestBatch(list.queries, search)
}

export class RandomQuestions {
  private readonly random: () => number

  constructor(
    private readonly limits: QuestionLimits,
    seed: number,
  ) {
    this.random = randomNumbers(seed)
  }

  /** One question, or a batch of up to `most`. */
  next(most: number): Question {
    const { maxBatch } = this.limits
    const count = this.below(6) === 0 ? 1 + this.below(Math.min(most, maxBatch)) : 1
    const { filter, ...options } = this.options()
    const list =
      this.below(2) === 0
        ? { queries: this.list(count, () => this.query()) }
        : { sums: this.list(count, () => this.expression()) }
    return { list, options, filter }
  }

  private options(): QuestionOptions & Pick<Question, 'filter'> {
    const { counts, steps } = this.limits
    const step = this.oneOf(steps)
    const test = (id: number) => id % step === 0
    return {
      k: this.oneOf(counts),
      metric: this.below(3) > 0 ? 'cosine' : 'dot',
      minScore: this.below(6) === 0 ? (this.below(9) - 4) / 8 : undefined,
      exclude: this.below(4) === 0 ? this.list(this.below(40), () => this.row()) : undefined,
      filter: step === 1 ? undefined : { test, isSet: this.below(2) > 0 },
      includeInputs: this.below(3) === 0,
      normalize: this.below(2) === 0,
    }
  }

  private query(): Query {
    return this.below(3) > 0 ? this.row() : this.vector()
  }

  private expression(): Expression {
    const term = () => {
      const value = this.below(5) > 0 ? this.row() : this.vector()
      return this.below(3) > 0 ? value : ([value, this.below(9) / 2 - 1.75] as const)
    }
    return { positive: this.list(1 + this.below(3), term), negative: this.list(this.below(3), term) }
  }

  private row(): RowKey {
    const { size, name } = this.limits
    const id = this.below(size)
    return name !== undefined && this.below(3) === 0 ? name(id) : id
  }

  private vector(): Float32Array {
    const { dimension, vector } = this.limits
    if (vector !== undefined) return vector(this.below(2 ** 31))
    return Float32Array.from({ length: dimension }, () => this.random() * 2 - 1)
  }

  private list<Value>(length: number, make: () => Value): Value[] {
    return Array.from({ length }, make)
  }

  private oneOf(values: readonly number[]): number {
    return values[this.below(values.length)] ?? 0
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit)
  }
}
