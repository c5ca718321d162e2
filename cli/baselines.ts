/** Scores of unrelated rows, to compare an answer with. */

import type { EmbeddingTable, RowKey } from '../src/table/embedding-table.ts'
import type { Expression } from '../src/table/expression.ts'
import type { Match } from '../src/table/matches.ts'

export interface BaselineOptions {
  count: number
  seed: number
  normalize?: boolean
}

/** Rows drawn from a seed, none of the inputs, scored against an expression, in the order drawn. */
export function drawBaselines(
  table: EmbeddingTable,
  expression: Expression,
  { count, seed, normalize = false }: BaselineOptions,
): Match[] {
  const inputs = [...(expression.positive ?? []), ...(expression.negative ?? [])]
  const exclude = inputs.map((entry) => (Array.isArray(entry) ? entry[0] : entry) as RowKey)
  const ids = table.randomIds(count, { seed, exclude })
  return table.scores(table.combine(expression, { normalize }), ids).toArray()
}
