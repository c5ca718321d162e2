/**
 * Hostile questions to hostile tables, against the oracle that scores every row: no wrong answer, and of what
 * cannot be answered a RowspaceError. ROWSPACE_FUZZ_SECONDS lets it run for so long (120 in CI); a failure
 * prints its seed, and ROWSPACE_SEED=<seed> repeats it.
 */
import { expect, test } from 'vitest'
import type { ElementType } from '../../src/core/element-types.ts'
import { isRowspaceError } from '../../src/core/errors.ts'
import type { Metric, Query, SearchOptions } from '../../src/core/options.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import type { Matches } from '../../src/table/matches.ts'
import { FUZZ_TIMEOUT, fuzz } from '../fuzz.ts'
import { expectMatches } from '../oracle/expect.ts'
import { HARD, hardQuery, hardTable } from '../oracle/hard-tables.ts'
import { combineAll, searchAll } from '../oracle/search.ts'
import { fillVector, KINDS, makeTable, randomNumbers, type TestTable } from '../oracle/tables.ts'

const ROUNDS = 150
const DTYPES: readonly ElementType[] = ['f32', 'bf16', 'f16', 'int8']

interface SearchParams {
  k: number
  metric: Metric
  includeInputs: boolean
  excluded: Set<number>
  chosen: ((id: number) => boolean) | undefined
  minScore: number | undefined
}

class Fuzzer {
  readonly random: () => number
  readonly made: TestTable

  constructor(readonly seed: number) {
    this.random = randomNumbers(seed)
    const size = this.one([1, 2, 1 + this.below(40), 1 + this.below(400), 900 + this.below(400)])
    const dimension = this.one([1, 1 + this.below(70), 16 * (1 + this.below(8))])
    this.made = this.maybe(0.5)
      ? hardTable(size, dimension, this.one(HARD), seed)
      : makeTable(size, dimension, this.one(KINDS), seed)
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit)
  }

  maybe(chance: number): boolean {
    return this.random() < chance
  }

  one<Value>(values: readonly Value[]): Value {
    const value = values[this.below(values.length)]
    if (value === undefined) throw new Error('nothing to choose from')
    return value
  }

  async table(): Promise<EmbeddingTable> {
    const dtype = this.one(DTYPES)
    // float16 ends at 65,504, and int8 scales at the largest float32
    const most = dtype === 'f16' ? 60_000 : 3e38
    const flat = this.made.flat.map((value) => Math.max(-most, Math.min(most, value)))
    const codes = this.one([false, true, 'int8', 'int4'] as const)
    return EmbeddingTable.from(flat, { dimension: this.made.dimension, dtype, codes })
  }

  /** A row by its id, a neighbour of rows, numbers of any kind, and what nobody can ask with. */
  query(): Query {
    const { size, dimension } = this.made
    if (this.maybe(0.4)) return this.below(size)
    if (this.maybe(0.5)) return hardQuery(this.made, this.below(2 ** 30))
    const vector = fillVector(new Float32Array(dimension), this.one(KINDS), this.random)
    if (this.maybe(0.1)) return new Float32Array(dimension)
    if (this.maybe(0.05)) vector[this.below(dimension)] = this.one([Number.NaN, Infinity, -Infinity])
    if (this.maybe(0.05))
      return this.one([size, -1, 0.5, Number.NaN, 2 ** 32, vector.subarray(1), [], 'king'])
    return this.maybe(0.2) ? Array.from(vector) : vector
  }

  options(table: EmbeddingTable): SearchParams {
    const { size } = table
    const k = this.maybe(0.03) ? this.one([-1, 0.5, Number.NaN]) : this.one([0, 1, 2, 10, 63, size, size + 5])
    const share = this.random()
    const chosen = new Set(Array.from({ length: size }, (_, id) => id).filter(() => this.random() < share))
    return {
      k,
      metric: this.one(['cosine', 'dot'] as const),
      includeInputs: this.maybe(0.3),
      excluded: new Set(Array.from({ length: this.maybe(0.3) ? this.below(9) : 0 }, () => this.below(size))),
      chosen: this.maybe(0.4) ? (id) => chosen.has(id) : undefined,
      minScore: this.maybe(0.2) ? this.random() * 2 - 1 : undefined,
    }
  }
}

/** What a question is rejected with, or its answer. */
function answerOf(ask: () => Matches): Matches | string {
  try {
    return ask()
  } catch (error) {
    if (isRowspaceError(error)) return error.code
    throw error
  }
}

/** The code that a question must be rejected with, undefined where it has an answer. */
function rejectionOf(
  query: Query,
  rows: readonly Float32Array[],
  k: number,
  metric: string,
): string | undefined {
  if (!Number.isSafeInteger(k) || k < 0) return 'INVALID_K'
  if (typeof query === 'string') return 'NO_TOKENS'
  if (typeof query === 'number') {
    if (rows[query] === undefined) return 'ID_OUT_OF_RANGE'
    return metric === 'cosine' && rows[query].every((value) => value === 0) ? 'ZERO_QUERY' : undefined
  }
  if (query.length === 0) return 'EMPTY_QUERY|DIMENSION_MISMATCH'
  if (query.length !== rows[0]?.length) return 'DIMENSION_MISMATCH'
  if (!Array.from(query).every(Number.isFinite)) return 'NON_FINITE'
  return metric === 'cosine' && Array.from(query).every((value) => value === 0) ? 'ZERO_QUERY' : undefined
}

function playRound(fuzzer: Fuzzer, table: EmbeddingTable): void {
  const rows = Array.from({ length: table.size }, (_, id) => table.row(id))
  for (let question = 0; question < 4; question++) {
    const params = fuzzer.options(table)
    const { k, metric, includeInputs, excluded, chosen, minScore } = params
    const query = fuzzer.query()
    const filter = chosen && fuzzer.maybe(0.5) ? table.idSet(chosen) : chosen
    const options: SearchOptions = { k, metric, includeInputs, minScore, exclude: [...excluded], filter }
    const answer = answerOf(() => table.nearest(query, options))
    const rejection = rejectionOf(query, rows, k, metric)
    if (typeof answer === 'string' || rejection !== undefined) {
      expect(answer).toMatch(new RegExp(`^(${rejection})$`))
      continue
    }
    const vector = typeof query === 'number' ? rows[query] : typeof query === 'string' ? undefined : query
    if (vector === undefined) throw new Error('an answer without a query')
    const passes = (id: number) =>
      !excluded.has(id) && (chosen?.(id) ?? true) && (includeInputs || id !== query)
    const bound = Math.fround(minScore ?? -Infinity)
    const all = searchAll(rows, Float32Array.from(vector), { k: table.size, metric, allowed: passes })
    expectMatches(answer, all.filter((match) => match[metric] >= bound).slice(0, k))
    const [batched] = table.nearestBatch([query, query], options)
    expectMatches(batched ?? answer, answer.toArray())
  }
}

function playSums(fuzzer: Fuzzer, table: EmbeddingTable): void {
  const rows = Array.from({ length: table.size }, (_, id) => table.row(id))
  const term = () => ({ id: fuzzer.below(table.size), weight: fuzzer.one([1, -1, 0.5, 0, 2.25]) })
  const terms = Array.from({ length: 1 + fuzzer.below(4) }, term)
  const normalize = fuzzer.maybe(0.5)
  const ask = () =>
    table.analogy(
      { positive: terms.map(({ id, weight }) => [id, weight] as const) },
      { metric: 'dot', normalize, k: 7 },
    )
  const answer = answerOf(ask)
  const vectors = terms.map(({ id, weight }) => ({ vector: rows[id] ?? [], weight }))
  const sum = combineAll(vectors, normalize)
  if (typeof answer === 'string') {
    expect(answer).toBe('NON_FINITE')
    expect(sum.every(Number.isFinite)).toBe(false)
    return
  }
  const inputs = new Set(terms.map(({ id }) => id))
  expectMatches(answer, searchAll(rows, sum, { k: 7, metric: 'dot', allowed: (id) => !inputs.has(id) }))
}

test('any question to any table', { timeout: FUZZ_TIMEOUT }, async () => {
  const rounds = await fuzz(ROUNDS, 1, async (seed) => {
    const fuzzer = new Fuzzer(seed)
    using table = await fuzzer.table()
    playRound(fuzzer, table)
    playSums(fuzzer, table)
  })
  expect(rounds).toBeGreaterThan(0)
})
