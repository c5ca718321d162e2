/**
 * 2,000 seeded questions about tables of every type of rows, with and without codes and threads, for whichever
 * build of the library makes the tables.
 */
import type { ElementType } from '../../src/core/element-types.ts'
import type { IdSet } from '../../src/core/id-set.ts'
import type { AnalogyOptions, Query, SearchOptions, TableOptions } from '../../src/core/options.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import type { Expression } from '../../src/table/expression.ts'
import type { Matches } from '../../src/table/matches.ts'
import { type Hard, hardTable } from './hard-tables.ts'
import { randomNumbers } from './tables.ts'

/** The SHA-256 of all answers: a change that should leave the answers alone leaves this digest alone. */
export const PINNED_DIGEST = 'fd40c2fe3c2175d979faea9b3a191376dd1da3a79fc8be8cda3cb8771a8233eb'
export const PINNED_QUESTIONS = 2000
/** Large enough that threads share the work of a single question, and that codes have more than one block. */
const SIZE = 4500

/** float16 ends at 65,504; codes of tables with wider norms are another path. */
const KINDS: Record<ElementType, readonly Hard[]> = {
  f32: ['plain', 'outliers', 'near ties', 'rising', 'edge', 'lengths'],
  bf16: ['plain', 'outliers', 'near ties', 'edge', 'lengths', 'grid'],
  f16: ['plain', 'outliers', 'near ties', 'grid', 'one column', 'rising'],
  int8: ['plain', 'outliers', 'near ties', 'grid', 'one column', 'rising'],
}
const SEARCHES: readonly (TableOptions & { threads: number })[] = [
  { codes: false, threads: 1 },
  { codes: false, threads: 2 },
  { codes: 'int8', threads: 1 },
  { codes: 'int8', threads: 2 },
  { codes: 'int4', threads: 1 },
  { codes: 'int4', threads: 2 },
]
const COLUMNS = [64, 37, 100, 16, 65, 48]

type Answers = Pick<Matches, 'ids' | 'cosines' | 'dots'>
/** What is asked of a table, whichever build made it. */
interface Askable extends Pick<EmbeddingTable, 'dimension' | 'dispose'> {
  idSet(filter: (id: number) => boolean): IdSet
  nearest(query: Query, options: SearchOptions): Answers
  nearestBatch(queries: Query[], options: SearchOptions): Answers[]
  analogy(expression: Expression, options: AnalogyOptions): Answers
  analogyBatch(expressions: Expression[], options: AnalogyOptions): Answers[]
}
/** Makes a table, and waits for the threads that it can have. */
export type MakeTable = (
  flat: Float32Array,
  options: TableOptions & { dimension: number; dtype: ElementType; threads: number },
) => Promise<Askable>

/** The answers in order. */
export async function* pinnedAnswers(make: MakeTable): AsyncGenerator<Answers> {
  let answered = 0
  for (const [kind, [dtype, kinds]] of Object.entries(KINDS).entries()) {
    for (const [place, search] of SEARCHES.entries()) {
      const number = kind * SEARCHES.length + place
      const { flat, dimension } = hardTable(SIZE, COLUMNS[place]!, kinds[place]!, number)
      const table = await make(flat, { dimension, dtype: dtype as ElementType, ...search })
      const asker = new Asker(table, number)
      const goal = Math.round(((number + 1) * PINNED_QUESTIONS) / 24)
      while (answered < goal) {
        const matches = asker.ask(goal - answered)
        answered += matches.length
        yield* matches
      }
      table.dispose()
    }
  }
}

class Asker {
  private readonly random: () => number

  constructor(
    private readonly table: Askable,
    seed: number,
  ) {
    this.random = randomNumbers(seed)
  }

  /** One question, or a batch of up to `most`. */
  ask(most: number): Answers[] {
    const { table } = this
    const count = this.below(6) === 0 ? 1 + this.below(Math.min(most, 40)) : 1
    const options = this.options()
    if (this.below(2) === 0) {
      const queries = this.list(count, () => this.query())
      return this.answer(options, ({ normalize, ...options }) =>
        count === 1 ? [table.nearest(queries[0]!, options)] : table.nearestBatch(queries, options),
      )
    }
    const sums = this.list(count, () => this.expression())
    return this.answer(options, (options) =>
      count === 1 ? [table.analogy(sums[0]!, options)] : table.analogyBatch(sums, options),
    )
  }

  /** By dot product where a query is zeros, which have no cosine. */
  private answer(options: AnalogyOptions, ask: (options: AnalogyOptions) => Answers[]): Answers[] {
    try {
      return ask(options)
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ZERO_QUERY') throw error
      return ask({ ...options, metric: 'dot' })
    }
  }

  private options(): AnalogyOptions {
    const step = [1, 1, 1, 2, 3, 40][this.below(6)]!
    const filter = (id: number) => id % step === 0
    return {
      k: [0, 1, 1, 5, 10, 10, 60, 300, SIZE + 1][this.below(9)]!,
      metric: this.below(3) > 0 ? 'cosine' : 'dot',
      minScore: this.below(6) === 0 ? (this.below(9) - 4) / 8 : undefined,
      exclude: this.below(4) === 0 ? this.list(this.below(40), () => this.below(SIZE)) : undefined,
      filter: step === 1 ? undefined : this.below(2) === 0 ? filter : this.table.idSet(filter),
      includeInputs: this.below(3) === 0,
      normalize: this.below(2) === 0,
    }
  }

  private query(): Query {
    return this.below(3) > 0 ? this.below(SIZE) : this.vector()
  }

  private expression(): Expression {
    const term = () => {
      const value = this.below(5) > 0 ? this.below(SIZE) : this.vector()
      return this.below(3) > 0 ? value : ([value, this.below(9) / 2 - 1.75] as const)
    }
    return { positive: this.list(1 + this.below(3), term), negative: this.list(this.below(3), term) }
  }

  private vector(): Float32Array {
    return Float32Array.from({ length: this.table.dimension }, () => this.random() * 2 - 1)
  }

  private list<Value>(length: number, make: () => Value): Value[] {
    return Array.from({ length }, make)
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit)
  }
}
