/** Evaluations of a table that is searched where it lies: the numbers are those of the table in memory. */

import type { IdSet } from '../core/id-set.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import type { AsyncMatches, AsyncOptions, AsyncSearchOptions, AsyncTable } from '../table/async-table.ts'
import {
  type AnalogyEvaluation,
  type AnalogyEvaluationOptions,
  type AnalogyTerms,
  CANDIDATES,
  judgeAnalogies,
} from './evaluate-analogies.ts'
import { correlate, findPairs, type PairsEvaluation, type PairsOptions } from './evaluate-pairs.ts'
import { meanOf } from './mean-vector.ts'
import { norm } from './norm.ts'
import { readTopnOptions } from './search-options.ts'

/** A table that answers by promise, by the words of its own. */
export interface EvaluatedTable extends AsyncTable {
  vocabulary(options?: AsyncOptions): Promise<Vocabulary | undefined>
  nearestBatch(
    queries: Iterable<Float32Array>,
    options?: AsyncSearchOptions & { filter?: IdSet | undefined },
  ): Promise<AsyncMatches[]>
}

/** Pairs whose rows are read side by side. */
const PAIRS_AT_ONCE = 64

/** As `KeyedVectors.evaluateWordAnalogies`, by 3CosAdd. */
export async function evaluateStoredAnalogies(
  table: EvaluatedTable,
  analogies: string,
  options: Omit<AnalogyEvaluationOptions, 'similarityFunction'>,
): Promise<AnalogyEvaluation> {
  const { size, dimension } = table
  const { signal, restrictVocab } = options
  const inputs = 3
  const { k, filter } = readTopnOptions(table, { topn: CANDIDATES + inputs, restrictVocab })
  const meanQueries = async (questions: readonly AnalogyTerms[]) => {
    const ids = [...new Set(questions.flatMap(({ positive, negative }) => [...positive, ...negative]))]
    const numbers = await table.gather(ids, { signal })
    const rows = new Map(
      ids.map((id, place) => [id, numbers.subarray(place * dimension, (place + 1) * dimension)]),
    )
    const term = (weight: number) => (id: number) => {
      const vector = rows.get(id) ?? new Float32Array(dimension)
      return { vector, weight, length: norm(vector) }
    }
    return questions.map(({ positive, negative }) =>
      meanOf(dimension, [...positive.map(term(1)), ...negative.map(term(-1))], true),
    )
  }
  const rows = { size, vocabulary: await table.vocabulary({ signal }) }
  return judgeAnalogies(rows, analogies, options, async (questions) => {
    const queries = await meanQueries(questions)
    // a batch leaves out the same rows for all: each question's own go afterwards
    const answers = await table.nearestBatch(queries, { k, filter, signal })
    return answers.map(({ ids }, index) => {
      const { positive = [], negative = [] } = questions[index] ?? {}
      const own = new Set([...positive, ...negative])
      return [...ids].filter((id) => !own.has(id)).slice(0, CANDIDATES)
    })
  })
}

/** As `KeyedVectors.evaluateWordPairs`. */
export async function evaluateStoredPairs(
  table: EvaluatedTable,
  pairs: string,
  options: PairsOptions,
): Promise<PairsEvaluation> {
  const { size } = table
  const found = findPairs({ size, vocabulary: await table.vocabulary() }, pairs, options)
  const cosines: (number | undefined)[] = []
  for (let start = 0; start < found.ids.length; start += PAIRS_AT_ONCE) {
    const some = found.ids.slice(start, start + PAIRS_AT_ONCE)
    cosines.push(...(await Promise.all(some.map((ids) => ids && table.similarity(...ids)))))
  }
  return correlate(found, cosines)
}
