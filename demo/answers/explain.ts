/** How near random rows lie to one another, beside a row and a sum. */
import type { EmbeddingTable } from 'rowspace'
import type { State } from '../state.ts'
import { readExpression } from './expression.ts'
import { randomCosines } from './random-pairs.ts'
import { nameOf } from './tokens.ts'

export interface Explanation {
  name: string
  cosine: number
  /** Random pairs whose cosine is below this one. */
  below: number
  /** The cosines of the random pairs, smallest first. */
  randomCosines: Float32Array
}

export function explain(table: EmbeddingTable, state: State, id: number): Explanation {
  const { expression } = readExpression(table, state.expression)
  const sum = table.combine(expression, { normalize: state.normalize })
  const cosine = table.similarity(sum, id)
  const random = randomCosines(table)
  const below = random.filter((other) => other < cosine).length
  return { name: nameOf(table.vocabulary, id), cosine, below, randomCosines: random }
}
