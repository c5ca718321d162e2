/** gensim's questions in plain TypeScript: slow, from the description, on rows as arrays. */
import { cosineScore, type Vector } from './float32.ts'

const length = (vector: Vector) =>
  Math.sqrt(Array.from(vector).reduce((sum, value) => sum + value * value, 0))

/** Σ weight · vector / Σ |weight|, rounded once; rows may be scaled to length 1 first, and the mean after. */
export function meanOf(
  terms: readonly { vector: Vector; weight: number; normalize: boolean }[],
  unitMean: boolean,
): Float32Array {
  const dimension = terms[0]!.vector.length
  const sum = new Array<number>(dimension).fill(0)
  let total = 0
  for (const { vector, weight, normalize } of terms) {
    const factor = normalize ? weight / (length(vector) || 1) : weight
    for (let i = 0; i < dimension; i++) sum[i]! += factor * vector[i]!
    total += Math.abs(weight)
  }
  const scaled = sum.map((value) => value * (total > 0 ? 1 / total : 1))
  const factor = unitMean ? 1 / (length(scaled) || 1) : 1
  return Float32Array.from(scaled, (value) => value * factor)
}

/** 3CosMul of every row, best first, equal ones by id. */
export function cosmulAll(
  rows: readonly Vector[],
  positive: readonly Vector[],
  negative: readonly Vector[],
  allowed: (id: number) => boolean,
): { id: number; score: number }[] {
  const product = (row: Vector, terms: readonly Vector[]) =>
    terms.reduce((product, term) => product * ((1 + cosineScore(row, term)) / 2), 1)
  return rows
    .map((row, id) => ({ id, score: product(row, positive) / (product(row, negative) + 0.000001) }))
    .filter(({ id }) => allowed(id))
    .sort((a, b) => b.score - a.score || a.id - b.id)
}
