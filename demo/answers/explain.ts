/**
 * Why a row is near a sum: which coordinates make its cosine, and how often random pairs of rows come as
 * near.
 */
import { type EmbeddingTable, parseExpression } from 'rowspace'
import type { State } from '../state.ts'
import { randomCosines } from './random-pairs.ts'
import { nameOf, norm } from './tokens.ts'

export interface Explanation {
  name: string
  cosine: number
  /** q_j · x_j / (‖q‖ ‖x‖), one a coordinate: they add up to the cosine. */
  shares: Float32Array
  /** Per cent of random pairs whose cosine is below this one. */
  percentile: number
  /** The cosines of the random pairs, smallest first. */
  randomCosines: Float32Array
}

export function explain(table: EmbeddingTable, state: State, id: number): Explanation {
  const sum = table.combine(parseExpression(state.expression), { normalize: state.normalize })
  const row = table.row(id)
  const scale = norm(sum) * norm(row) || 1
  const cosine = table.similarity(sum, id)
  const random = randomCosines(table)
  const below = random.filter((other) => other < cosine).length
  return {
    name: nameOf(table, id),
    cosine,
    shares: row.map((value, coordinate) => (value * (sum[coordinate] ?? 0)) / scale),
    percentile: (100 * below) / Math.max(1, random.length),
    randomCosines: random,
  }
}
