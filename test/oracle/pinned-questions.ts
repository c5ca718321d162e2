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
import { ask, type Question, RandomQuestions } from './random-questions.ts'

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
const LIMITS = {
  size: SIZE,
  counts: [0, 1, 1, 5, 10, 10, 60, 300, SIZE + 1],
  steps: [1, 1, 1, 2, 3, 40],
  maxBatch: 40,
}

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
      const questions = new RandomQuestions({ ...LIMITS, dimension }, number)
      const goal = Math.round(((number + 1) * PINNED_QUESTIONS) / 24)
      while (answered < goal) {
        const matches = answersOf(table, questions.next(goal - answered))
        answered += matches.length
        yield* matches
      }
      table.dispose()
    }
  }
}

/** By dot product where a query is zeros, which have no cosine. */
function answersOf(table: Askable, question: Question): Answers[] {
  const { options, filter } = question
  const rows = filter?.isSet ? table.idSet(filter.test) : filter?.test
  const given = { ...options, filter: rows }
  try {
    return [ask(table, question, given)].flat()
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ZERO_QUERY') throw error
    return [ask(table, question, { ...given, metric: 'dot' })].flat()
  }
}
