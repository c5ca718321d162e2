/** Scores of unrelated rows, to compare an answer with. */

import { sampleIds } from '../src/core/random.ts'
import type { AsyncTable } from '../src/table/async-table.ts'
import { EmbeddingTable, type RowKey } from '../src/table/embedding-table.ts'
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

/** The same of a table whose rows are elsewhere. */
export async function baselinesElsewhere(
  table: AsyncTable,
  expression: Expression,
  { count, seed, normalize = false }: BaselineOptions,
): Promise<Match[]> {
  const inputs = new Set(inputsOf(expression))
  const ids = sampleIds(table.size, count, seed, (id) => !inputs.has(id))
  if (ids.length === 0) return []
  const [rows, vector] = [await table.gather(ids), await table.combine(expression, { normalize })]
  using drawn = await EmbeddingTable.from(rows, { dimension: table.dimension, codes: false })
  const scored = drawn.scores(vector, ids.keys()).toArray()
  const names = await Promise.all(Array.from(ids, async (id) => ({ id, token: await table.token(id) })))
  return scored.map((match, place) => ({ ...match, ...names[place] }))
}

function inputsOf({ positive = [], negative = [] }: Expression): RowKey[] {
  return [...positive, ...negative].map((entry) => (Array.isArray(entry) ? entry[0] : entry) as RowKey)
}
