/**
 * The searches that a table on a server is tried with, on ClickHouse and on the server in memory: each answer
 * must have the bits of the same table here.
 */
import { expect } from 'vitest'
import type { ClickHouseTable } from '../../src/clickhouse/clickhouse-table.ts'
import type { AnalogyOptions, Query, SearchOptions } from '../../src/core/options.ts'
import type { Condition } from '../../src/metadata/condition.ts'
import type { ColumnTypes } from '../../src/metadata/types.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { HARD, hardQuery, hardTable } from '../oracle/hard-tables.ts'
import { KINDS, makeQuery, makeTable } from '../oracle/tables.ts'
import { expectSame } from './shards.ts'

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
export async function expectSameBatch<Columns extends ColumnTypes>(
  cluster: ClickHouseTable<Columns>,
  local: EmbeddingTable,
  queries: readonly Query[],
  options: BothOptions = {},
): Promise<void> {
  const expected = local.nearestBatch(queries, options)
  const actual = await cluster.nearestBatch(queries, options)
  expect(actual).toHaveLength(expected.length)
  for (const [index, answer] of actual.entries()) expectSame(answer, expected[index]!)
  expectSame(await cluster.nearest(queries[1]!, options), expected[1]!)
}

/** Rows by id and token, similarity, analogies, what is left out: of 20 columns, with tokens 'token 0' …. */
export async function expectSameCalls(cluster: ClickHouseTable, local: EmbeddingTable): Promise<void> {
  const rows = ['token 7', 250, 'token 7', 0]
  expect(await cluster.gather(rows)).toEqual(local.gather(rows))
  expect(await cluster.row('token 3')).toEqual(local.row(3))
  expect(await cluster.row(3)).toEqual(local.row(3))
  expect([await cluster.id('token 12'), await cluster.id(12)]).toEqual([12, 12])
  expect(await cluster.token(12)).toBe('token 12')
  const ids = new Map(Object.entries({ 'token 4': 4, 'token 5': 5 }))
  expect(await cluster.tokenIds(['token 5', 'none', 'token 4'])).toEqual(ids)
  const vector = makeQuery(20, 'plain', 9)
  const pairs = [
    ['token 7', 9],
    [vector, 9],
    [9, vector],
    [vector, vector],
    [4, 4],
  ] as const
  for (const [a, b] of pairs) expect(await cluster.similarity(a, b)).toBe(local.similarity(a, b))
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
    expectSame(await cluster.analogy(expression, options), local.analogy(expression, options))
    const { normalize: _, ...search } = options
    expectSame(await cluster.nearest('token 7', search), local.nearest('token 7', search))
    await expectSameBatch(cluster, local, [7, vector], search)
  }
  const [first, second] = await cluster.analogyBatch([expression, { positive: [8, 9] }])
  expectSame(first!, local.analogy(expression))
  expectSame(second!, local.analogy({ positive: [8, 9] }))
  for (const normalize of [false, true]) {
    expect(await cluster.combine(expression, { normalize })).toEqual(local.combine(expression, { normalize }))
  }
}

/** Near-ties that are in another order by their bounds than by their scores, five rows in six, d = 3. */
export function nearTies(size: number): Float32Array {
  return Float32Array.from({ length: size * 3 }, (_, i) => {
    const id = Math.floor(i / 3)
    return id % 6 === 0 ? Math.sin(i) : [0.5, -0.25, 1][i % 3]! + Math.sin(i * i) * 1e-3
  })
}

export async function expectSameTies(cluster: ClickHouseTable, local: EmbeddingTable): Promise<void> {
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
  for (const options of several) await expectSameBatch(cluster, local, queries, options)
}

export const COLUMNS = { year: 'number', language: 'string', 'is new': 'boolean' } as const
type Row = ReturnType<typeof metadataOf>

const LANGUAGES = ['de', "it's", 'a`b\\', null, '東京 🗼']

export function metadataOf(id: number) {
  return {
    year: id % 11 === 0 ? null : 2000 + (id % 30),
    language: LANGUAGES[id % 5]!,
    'is new': id % 7 === 0 ? null : id % 2 === 0,
  }
}

const CONDITIONS: [Condition<typeof COLUMNS>, (row: Row) => boolean][] = [
  [{ year: { gte: 2020 } }, ({ year }) => year !== null && year >= 2020],
  [{ year: null }, ({ year }) => year === null],
  [{ year: { ne: null }, language: "it's" }, (row) => row.year !== null && row.language === "it's"],
  [
    { language: { in: ['a`b\\', '東京 🗼'] } },
    ({ language }) => language === 'a`b\\' || language === '東京 🗼',
  ],
  [{ language: { nin: ['de'] } }, ({ language }) => language !== null && language !== 'de'],
  [{ language: { ne: 'de' } }, ({ language }) => language !== null && language !== 'de'],
  [
    { 'is new': true, year: { lt: 2010, gt: 2003 } },
    (row) => row['is new'] === true && row.year !== null && row.year < 2010 && row.year > 2003,
  ],
  [
    [{ 'is new': false }, { year: { lte: 2001 } }],
    (row) => row['is new'] === false || (row.year !== null && row.year <= 2001),
  ],
  [{}, () => true],
  [[], () => false],
  [[{}], () => true],
  [{ language: { in: [] } }, () => false],
  [{ language: { nin: [] } }, ({ language }) => language !== null],
  [{ language: "'; DROP TABLE x --" }, () => false],
]

/** Conditions on the metadata choose the rows that they choose here; of these, more are left out. */
export async function expectSameByCondition(
  cluster: ClickHouseTable<typeof COLUMNS>,
  local: EmbeddingTable,
): Promise<void> {
  for (const [filter, passes] of CONDITIONS) {
    const ofRow = (id: number) => passes(metadataOf(id))
    for (const query of [3, 77, local.size - 98]) {
      expectSame(await cluster.nearest(query, { filter }), local.nearest(query, { filter: ofRow }))
    }
    const best = [...local.nearest(9, { filter: ofRow, k: 50 }).ids]
    for (const exclude of [[], best]) {
      const expected = local.nearestBatch([9, 10], { filter: ofRow, k: 12, exclude })
      const actual = await cluster.nearestBatch([9, 10], { filter, k: 12, exclude })
      expect(actual).toHaveLength(2)
      for (const [index, answer] of actual.entries()) expectSame(answer, expected[index]!)
    }
  }
}
