/** Tables for tests: numbers of every kind float32 has, with equal rows and rows of zeros among them. */
import fc from 'fast-check'

export interface TestTable {
  size: number
  dimension: number
  /** |V| · d numbers, row after row. */
  flat: Float32Array
  /** The same, a view a row. */
  rows: Float32Array[]
}

/**
 * plain   from −1 to 1, as a model's
 * grid    whole numbers from −2 to 2: scores are exact and many are equal
 * huge    up to the largest float32: sums overflow
 * tiny    denormals: products underflow
 * edge    rows whose norms lie about 2^-50 and 2^60, where the core changes its way
 * mixed   any power of two in one row
 * model   as language models have: a common mean far larger than what differs, columns of very different spreads
 * near    rows that differ in their last bits alone: scores are equal or next to it
 */
export const KINDS = ['plain', 'grid', 'huge', 'tiny', 'edge', 'mixed', 'model', 'near'] as const
export type Kind = (typeof KINDS)[number]

/** Every length around one, two and four vectors of the core, and those of real models. */
export const DIMENSIONS = [
  ...Array.from({ length: 67 }, (_, index) => index + 1),
  ...[100, 128, 255, 256, 257, 300, 384, 768],
]

const LARGEST = 2 ** 128 - 2 ** 104

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A row's worth of numbers of a kind. */
export function fillVector(target: Float32Array, kind: Kind, random: () => number): Float32Array {
  const whole = (from: number, to: number) => from + Math.floor(random() * (to - from + 1))
  const sign = () => (random() < 0.5 ? -1 : 1)
  const edge = 2 ** (random() < 0.5 ? whole(-53, -47) : whole(57, 63))
  const numberOf: Record<Kind, (column: number) => number> = {
    plain: () => random() * 2 - 1,
    grid: () => whole(-2, 2),
    huge: () => sign() * random() * LARGEST,
    tiny: () => sign() * whole(0, 1000) * 2 ** -149,
    edge: () => sign() * edge * random(),
    mixed: () => sign() * Math.min(LARGEST, (1 + random()) * 2 ** whole(-149, 127)),
    model: (column) => columnMean(column) + 2 ** ((column * 5) % 13) * 0.01 * (random() + random() - 1),
    near: (column) => columnMean(column) * (1 + whole(-2, 2) * 2 ** -23),
  }
  for (let i = 0; i < target.length; i++) target[i] = numberOf[kind](i)
  return target
}

/** A number from −4 to 4 that belongs to a column. */
function columnMean(column: number): number {
  return ((Math.imul(column + 1, 0x9e3779b1) >>> 0) / 2 ** 32) * 8 - 4
}

/** The same table for the same seed. About one row in eight repeats another, one in sixteen is zeros. */
export function makeTable(size: number, dimension: number, kind: Kind, seed: number): TestTable {
  const random = randomNumbers(seed)
  const flat = new Float32Array(size * dimension)
  const rows: Float32Array[] = []
  for (let id = 0; id < size; id++) {
    const row = flat.subarray(id * dimension, (id + 1) * dimension)
    rows.push(row)
    const chance = random()
    if (chance < 1 / 16) row.fill(0)
    else if (chance < 3 / 16 && id > 0) row.set(rows[Math.floor(random() * id)]!)
    else fillVector(row, kind, random)
  }
  return { size, dimension, flat, rows }
}

/** A vector that is not all zeros, so that its cosine is defined. */
export function makeQuery(dimension: number, kind: Kind, seed: number): Float32Array {
  const random = randomNumbers(seed ^ 0x5bd1e995)
  const query = fillVector(new Float32Array(dimension), kind, random)
  if (query.every((value) => value === 0)) query[Math.floor(random() * dimension)] = 1
  return query
}

const SEEDS = fc.integer({ min: 0, max: 2 ** 31 - 1 })

/** Any table of up to `size` rows. Shrinks to fewer rows and columns. */
export function tables({ size = 300, dimension = 67 } = {}): fc.Arbitrary<TestTable> {
  return fc
    .record({
      // small tables are as likely as large ones
      size: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: size })),
      dimension: fc.integer({ min: 1, max: dimension }),
      kind: fc.constantFrom(...KINDS),
      seed: SEEDS,
    })
    .map(({ size, dimension, kind, seed }) => makeTable(size, dimension, kind, seed))
}

/** A table with a vector to ask with, of the same or of another kind. */
export function tablesWithQuery(limits?: {
  size?: number
  dimension?: number
}): fc.Arbitrary<{ table: TestTable; query: Float32Array }> {
  return fc
    .record({ table: tables(limits), kind: fc.constantFrom(...KINDS), seed: SEEDS })
    .map(({ table, kind, seed }) => ({ table, query: makeQuery(table.dimension, kind, seed) }))
}

/** The k of a question to |V| rows: none, one, some, all, more than there are. */
export function counts(size: number): fc.Arbitrary<number> {
  return fc.oneof(fc.constantFrom(0, 1, size - 1, size, size + 5), fc.integer({ min: 0, max: size }))
}

export const METRICS = ['cosine', 'dot'] as const
export const metrics = fc.constantFrom(...METRICS)
