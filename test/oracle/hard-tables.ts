/** Tables that are hard for codes and other short cuts, and what to ask them with. */
import { fillVector, makeQuery, makeTable, randomNumbers, type TestTable } from './tables.ts'

/**
 * What is hard for codes: a common mean and wide columns, rows one ulp apart, equal rows, rising scores, tiny
 * and wide rows.
 */
export const HARD = [
  'plain',
  'grid',
  'outliers',
  'near ties',
  'rising',
  'lengths',
  'one column',
  'edge',
  'mixed',
] as const
export type Hard = (typeof HARD)[number]

export function nextFloat(value: number, steps: number): number {
  const float = new Float32Array([value])
  new Int32Array(float.buffer)[0]! += steps
  return float[0]!
}

export function hardTable(size: number, dimension: number, kind: Hard, seed: number): TestTable {
  if (kind === 'plain' || kind === 'grid' || kind === 'edge' || kind === 'mixed') {
    return makeTable(size, dimension, kind, seed)
  }
  const table = makeTable(size, dimension, 'plain', seed)
  const random = randomNumbers(seed + 1)
  const base = fillVector(new Float32Array(dimension), 'plain', random)
  const mean = fillVector(new Float32Array(dimension), 'plain', random)
  const wide = Math.floor(random() * dimension)
  for (const [id, row] of table.rows.entries()) {
    if (kind === 'near ties') {
      row.set(base)
      const column = Math.floor(random() * dimension)
      row[column] = nextFloat(row[column]!, Math.floor(random() * 3) - 1)
    }
    if (kind === 'rising') for (let j = 0; j < dimension; j++) row[j] = base[j]! * (id + 1) + row[j]! / 8
    if (kind === 'lengths') for (let j = 0; j < dimension; j++) row[j]! *= 2 ** ((id % 40) - 20)
    if (kind === 'one column') row.fill(0)[wide] = random() - 0.5
    if (kind === 'outliers') {
      for (let j = 0; j < dimension; j++) row[j] = row[j]! / 4 + mean[j]!
      row[wide] = row[wide]! * 50 + 20
    }
  }
  return table
}

/** A row's neighbour, an analogy of rows, or a vector of its own. */
export function hardQuery({ rows, dimension, size }: TestTable, seed: number): Float32Array {
  const random = randomNumbers(seed ^ 0x1234567)
  const some = () => rows[Math.floor(random() * size)]!
  const query = new Float32Array(dimension)
  const [a, b, c] = [some(), some(), some()]
  if (seed % 3 === 0) for (let j = 0; j < dimension; j++) query[j] = a[j]! - b[j]! + c[j]!
  else if (seed % 3 === 1) query.set(a)
  const usable = query.some((value) => value !== 0) && query.every(Number.isFinite)
  return usable ? query : makeQuery(dimension, 'plain', seed)
}
