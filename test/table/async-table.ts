/**
 * What every table that answers by promise must answer: the bits of the same table in memory, with tokens
 * 'token 0' …. Tables on ClickHouse and tables whose rows are in a file are held against it.
 */
import { expect } from 'vitest'
import type { AnalogyOptions, Query, SearchOptions } from '../../src/core/options.ts'
import type { AsyncTable } from '../../src/table/async-table.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import type { Match } from '../../src/table/matches.ts'
import { HARD, hardQuery, hardTable } from '../oracle/hard-tables.ts'
import { KINDS, makeQuery, makeTable } from '../oracle/tables.ts'

interface Answer {
  readonly ids: ArrayLike<number>
  readonly cosines: Float32Array
  readonly dots: Float32Array
  toArray(): Match[]
}

/** The same rows in the same order, with the same bits and tokens. */
export function expectSame(actual: Answer, expected: Answer): void {
  expect(Array.from(actual.ids)).toEqual(Array.from(expected.ids))
  expect(bits(actual.cosines)).toEqual(bits(expected.cosines))
  expect(bits(actual.dots)).toEqual(bits(expected.dots))
  expect(actual.toArray().map(({ token }) => token)).toEqual(expected.toArray().map(({ token }) => token))
}

function bits(values: Float32Array): number[] {
  return Array.from(new Uint32Array(values.slice().buffer))
}

/** Options that both kinds of table take. */
type BothOptions = Omit<SearchOptions, 'filter'>

export const ROW_KINDS = [...new Set([...KINDS, ...HARD])]

/** A table with rows of a kind, and queries for it. */
export function rowsOf(kind: (typeof ROW_KINDS)[number], size: number, dimension: number, queries: number) {
  const seed = ROW_KINDS.indexOf(kind) + 1
  const known = KINDS.find((name) => name === kind)
  const hard = HARD.find((name) => name === kind) ?? 'outliers'
  const given =
    known === undefined ? hardTable(size, dimension, hard, seed) : makeTable(size, dimension, known, seed)
  const queryOf = (index: number) =>
    known === undefined ? hardQuery(given, index) : makeQuery(dimension, known, index)
  return { given, queries: Array.from({ length: queries }, (_, index) => queryOf(index)) }
}

/** The answers to a batch, and to its second query alone. */
export async function expectSameBatch(
  table: AsyncTable,
  local: EmbeddingTable,
  queries: readonly Query[],
  options: BothOptions = {},
): Promise<void> {
  const expected = local.nearestBatch(queries, options)
  const actual = await table.nearestBatch(queries, options)
  expect(actual).toHaveLength(expected.length)
  for (const [index, answer] of actual.entries()) expectSame(answer, expected[index]!)
  expectSame(await table.nearest(queries[1]!, options), expected[1]!)
}

/** Rows by id and token, similarity, analogies, what is left out: of 20 columns, with tokens 'token 0' …. */
export async function expectSameCalls(table: AsyncTable, local: EmbeddingTable): Promise<void> {
  const rows = ['token 7', 250, 'token 7', 0]
  expect(await table.gather(rows)).toEqual(local.gather(rows))
  expect(await table.row('token 3')).toEqual(local.row(3))
  expect(await table.row(3)).toEqual(local.row(3))
  expect([await table.id('token 12'), await table.id(12)]).toEqual([12, 12])
  expect(await table.token(12)).toBe('token 12')
  const vector = makeQuery(20, 'plain', 9)
  const pairs = [
    ['token 7', 9],
    [vector, 9],
    [9, vector],
    [vector, vector],
    [4, 4],
  ] as const
  for (const [a, b] of pairs) expect(await table.similarity(a, b)).toBe(local.similarity(a, b))
  const expression = { positive: ['token 1', ['token 2', 0.5], vector], negative: [3] } as const
  const several: Omit<AnalogyOptions, 'filter'>[] = [
    {},
    { normalize: true },
    { includeInputs: true, metric: 'dot' },
    { k: 400 },
    { k: 0 },
    { minScore: 0.2 },
    { exclude: [4, 'token 5'] },
  ]
  for (const options of several) {
    expectSame(await table.analogy(expression, options), local.analogy(expression, options))
    const { normalize: _, ...search } = options
    expectSame(await table.nearest('token 7', search), local.nearest('token 7', search))
    await expectSameBatch(table, local, [7, vector], search)
  }
  const [first, second] = await table.analogyBatch([expression, { positive: [8, 9] }])
  expectSame(first!, local.analogy(expression))
  expectSame(second!, local.analogy({ positive: [8, 9] }))
  for (const normalize of [false, true]) {
    expect(await table.combine(expression, { normalize })).toEqual(local.combine(expression, { normalize }))
  }
}

/** Near-ties that are in another order by their bounds than by their scores, five rows in six, d = 3. */
export function nearTies(size: number): Float32Array {
  return Float32Array.from({ length: size * 3 }, (_, i) => {
    const id = Math.floor(i / 3)
    return id % 6 === 0 ? Math.sin(i) : [0.5, -0.25, 1][i % 3]! + Math.sin(i * i) * 1e-3
  })
}

export async function expectSameTies(table: AsyncTable, local: EmbeddingTable): Promise<void> {
  const { size } = local
  const queries = [local.row(1), Float32Array.of(0.4, -0.2, 0.9)]
  const best = [...local.nearest(queries[0]!, { k: size }).ids]
  const several: BothOptions[] = [
    {},
    { metric: 'dot', k: 300 },
    { exclude: [1, 2, 7] },
    // all that would come at once, all but a few, and all
    { exclude: best.slice(0, 1_000) },
    { exclude: best.slice(0, size - 3) },
    { exclude: best, k: 3 },
  ]
  for (const options of several) await expectSameBatch(table, local, queries, options)
}
