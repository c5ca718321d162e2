/** The questions a table answers, answered by scoring every row and sorting them all. */
import { cosineScore, dotScore, type Vector } from './float32.ts'

export interface OracleMatch {
  id: number
  cosine: number
  dot: number
}

export interface OracleSearch {
  k: number
  metric: 'cosine' | 'dot'
  /** Which rows may be in the answer. */
  allowed?: (id: number) => boolean
}

/** Both measures of every row, best first; equal scores by id; the first k. */
export function searchAll(rows: readonly Vector[], query: Vector, search: OracleSearch): OracleMatch[] {
  const { k, metric, allowed = () => true } = search
  return rows
    .map((row, id) => ({ id, cosine: cosineScore(row, query), dot: dotScore(row, query) }))
    .filter(({ id }) => allowed(id))
    .sort((a, b) => compare(b[metric], a[metric]) || a.id - b.id)
    .slice(0, k)
}

/** Not a difference: Infinity − Infinity is NaN. */
function compare(a: number, b: number): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

export interface OracleTerm {
  vector: Vector
  weight: number
}

/**
 * Σ weight · vector in float64, in order, rounded once. `normalize` divides each weight by its vector's length.
 */
export function combineAll(terms: readonly OracleTerm[], normalize: boolean): Float32Array {
  const dimension = terms[0]!.vector.length
  const sum = new Array<number>(dimension).fill(0)
  for (const { vector, weight } of terms) {
    let squares = 0
    for (let i = 0; i < dimension; i++) squares += vector[i]! * vector[i]!
    const factor = normalize && squares > 0 ? weight / Math.sqrt(squares) : weight
    for (let i = 0; i < dimension; i++) sum[i]! += factor * vector[i]!
  }
  return Float32Array.from(sum)
}
