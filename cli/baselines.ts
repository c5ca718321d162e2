/** Scores of unrelated rows, to compare an answer with. */

import type { StoredTable } from '../src/stored/stored-table.ts'
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
  const ids = table.randomIds(count, { seed, exclude: inputsOf(expression) })
  return table.scores(table.combine(expression, { normalize }), ids).toArray()
}

/** The same of a table where it lies. */
export async function viewedBaselines(
  table: StoredTable,
  expression: Expression,
  { count, seed, normalize = false }: BaselineOptions,
): Promise<Match[]> {
  const ids = await table.randomIds(count, { seed, exclude: inputsOf(expression) })
  return (await table.scores(await table.combine(expression, { normalize }), ids)).toArray()
}

function inputsOf({ positive = [], negative = [] }: Expression): RowKey[] {
  return [...positive, ...negative].map((entry) => (Array.isArray(entry) ? entry[0] : entry) as RowKey)
}
