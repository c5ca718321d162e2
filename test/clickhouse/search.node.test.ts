/** A table on a server answers as the same table in memory does, bit for bit, by every kernel. */
import { expect, test } from 'vitest'
import type { AnalogyOptions, SearchOptions } from '../../src/core/options.ts'
import type { Condition } from '../../src/metadata/condition.ts'
import { rejection } from '../formats/files.ts'
import { HARD, hardQuery, hardTable } from '../oracle/hard-tables.ts'
import { KINDS, makeQuery, makeTable } from '../oracle/tables.ts'
import { MemoryEngine } from './engine/memory-engine.ts'
import { both } from './memory.ts'
import { expectSame } from './shards.ts'

const KERNELS = ['codes', 'dotProduct', 'arrays'] as const

function engineWithProduct(): MemoryEngine {
  const engine = new MemoryEngine()
  engine.hasDotProduct = true
  return engine
}

const kinds = [...new Set([...KINDS, ...HARD])]

test.each(kinds.flatMap((kind) => KERNELS.map((kernel) => [kind, kernel] as const)))(
  'rows that are %s, by %s',
  async (kind, kernel) => {
    const seed = kinds.indexOf(kind) + 1
    const known = KINDS.find((name) => name === kind)
    const hard = HARD.find((name) => name === kind) ?? 'outliers'
    const given = known === undefined ? hardTable(90, 5, hard, seed) : makeTable(90, 5, known, seed)
    const { local, cluster } = await both(given.flat, 5, { kernel, engine: engineWithProduct() })
    const queries = Array.from({ length: 5 }, (_, index) =>
      known === undefined ? hardQuery(given, index) : makeQuery(5, known, index),
    )
    for (const metric of ['cosine', 'dot'] as const) {
      const expected = local.nearestBatch(queries, { k: 7, metric })
      const actual = await cluster.nearestBatch(queries, { k: 7, metric })
      for (const [index, answer] of expected.entries()) expectSame(actual[index]!, answer)
      expectSame(await cluster.nearest(queries[0]!, { k: 7, metric }), expected[0]!)
    }
  },
)

test('rows by id and token, similarity, analogies, what is left out', async () => {
  const { local, cluster } = await both(hardTable(300, 20, 'outliers', 5).flat, 20)
  const rows = ['token 7', 250, 'token 7', 0]
  expect(await cluster.gather(rows)).toEqual(local.gather(rows))
  expect(await cluster.row('token 3')).toEqual(local.row(3))
  expect([await cluster.id('token 12'), await cluster.id(12)]).toEqual([12, 12])
  expect(await cluster.token(12)).toBe('token 12')
  expect(await cluster.tokenIds(['token 5', 'none', 'token 4'])).toEqual(
    new Map([
      ['token 4', 4],
      ['token 5', 5],
    ]),
  )
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
    const { normalize: _, ...search } = { normalize: false, ...options }
    expectSame(await cluster.nearest('token 7', search), local.nearest('token 7', search))
    const [first, second] = await cluster.nearestBatch([7, vector], search)
    expectSame(first!, local.nearest(7, search))
    expectSame(second!, local.nearest(vector, search))
  }
  const [first, second] = await cluster.analogyBatch([expression, { positive: [8, 9] }])
  expectSame(first!, local.analogy(expression))
  expectSame(second!, local.analogy({ positive: [8, 9] }))
  for (const normalize of [false, true]) {
    expect(await cluster.combine(expression, { normalize })).toEqual(local.combine(expression, { normalize }))
  }
})

test('more near-ties than come at once, in another order by their bounds than by their scores', async () => {
  const flat = Float32Array.from({ length: 1_500 * 3 }, (_, i) => {
    const id = Math.floor(i / 3)
    return id % 6 === 0 ? Math.sin(i) : [0.5, -0.25, 1][i % 3]! + Math.sin(i * i) * 1e-3
  })
  const { local, cluster } = await both(flat, 3)
  const queries = [flat.slice(3, 6), Float32Array.of(0.4, -0.2, 0.9)]
  const best = [...local.nearest(queries[0]!, { k: 1_500 }).ids]
  const several: Omit<SearchOptions, 'filter'>[] = [
    {},
    { metric: 'dot', k: 300 },
    { exclude: [1, 2, 7] },
    // all that would come at once, all but a few, and all
    { exclude: best.slice(0, 1_000) },
    { exclude: best.slice(0, 1_497) },
    { exclude: best, k: 3 },
  ]
  for (const options of several) {
    const expected = local.nearestBatch(queries, options)
    const actual = await cluster.nearestBatch(queries, options)
    for (const [index, answer] of actual.entries()) expectSame(answer, expected[index]!)
    expectSame(await cluster.nearest(queries[1]!, options), expected[1]!)
  }
})

test('rows that are left out are not fetched', async () => {
  const { engine, local, cluster } = await both(makeTable(400, 3, 'plain', 2).flat, 3)
  const query = makeQuery(3, 'plain', 1)
  const exclude = [...local.nearest(query, { k: 200 }).ids]
  const before = engine.statements.length
  expectSame(await cluster.nearest(query, { exclude }), local.nearest(query, { exclude }))
  const lists = engine.statements.slice(before).map((sent) => /id IN \((.*)\)/.exec(sent.query)?.[1] ?? '')
  const fetched = lists.flatMap((list) => list.split(',').filter((id) => id !== '')).map(Number)
  expect(fetched.length).toBeGreaterThanOrEqual(10)
  expect(fetched.filter((id) => exclude.includes(id))).toEqual([])
})

test('conditions choose the rows that they choose in memory', async () => {
  const columns = { year: 'number', language: 'string', 'is new': 'boolean' } as const
  const languages = ['de', "it's", 'a`b\\', null, '東京 🗼']
  const metadata = (id: number) => ({
    year: id % 11 === 0 ? null : 2000 + (id % 30),
    language: languages[id % 5]!,
    'is new': id % 7 === 0 ? null : id % 2 === 0,
  })
  const { flat } = makeTable(300, 4, 'plain', 11)
  const { local, cluster } = await both<typeof columns>(flat, 4, { columns, metadata })
  type Row = ReturnType<typeof metadata>
  const cases: [Condition<typeof columns>, (row: Row) => boolean][] = [
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
  ]
  for (const [filter, passes] of cases) {
    const options = { filter: (id: number) => passes(metadata(id)) }
    for (const query of [3, 77])
      expectSame(await cluster.nearest(query, { filter }), local.nearest(query, options))
    const expected = local.nearestBatch([9, 10], { ...options, k: 12 })
    for (const [index, answer] of (await cluster.nearestBatch([9, 10], { filter, k: 12 })).entries()) {
      expectSame(answer, expected[index]!)
    }
  }
})

test('hundreds of queries, more than are answered at once', async () => {
  const { local, cluster } = await both(makeTable(300, 3, 'model', 4).flat, 3)
  const queries = Array.from({ length: 300 }, (_, index) => makeQuery(3, 'model', index + 1))
  const expected = local.nearestBatch(queries, { k: 3 })
  for (const [index, answer] of (await cluster.nearestBatch(queries, { k: 3 })).entries()) {
    expectSame(answer, expected[index]!)
  }
  expect(await cluster.nearestBatch([])).toEqual([])
})

test('errors of a batch name the query', async () => {
  const { cluster } = await both(Float32Array.of(1, 2, 0, 0), 2)
  for (const [query, code, message] of [
    [[0, 0], 'ZERO_QUERY', 'query 1: the query is all zeros'],
    [[1e39, 0], 'NON_FINITE', 'query 1: the query has 1e+39 at coordinate 0'],
    [[1], 'DIMENSION_MISMATCH', 'query 1: the query has 1 numbers'],
    ['token 1', 'ZERO_QUERY', 'query 1: row 1 is all zeros'],
  ] as const) {
    expect(await rejection(cluster.nearestBatch([0, query]))).toMatchObject({
      code,
      message: expect.stringContaining(message),
      details: { question: 1 },
    })
    expect((await rejection(cluster.nearest(query))).message).not.toContain('query 1')
  }
  expect((await cluster.nearest([0, 0], { metric: 'dot' })).length).toBe(2)
  const sums = [{ positive: [0] }, { positive: [0], negative: [0] }]
  expect(await rejection(cluster.analogyBatch(sums))).toMatchObject({
    code: 'ZERO_QUERY',
    details: { question: 1 },
  })
})

test('ids beyond 2^32, and matches without one', async () => {
  const { cluster } = await both(Float32Array.of(1, 2, 3, 4), 2)
  const none = await cluster.nearest([1, 1], { k: 0 })
  expect([none.length, none.at(0), none.toArray()]).toEqual([0, undefined, []])
  const [match] = await cluster.nearest([1, 1], { minScore: 0.98 })
  expect(match).toMatchObject({ id: 1, token: 'token 1' })
  expect((await cluster.nearest([1, 1])).ids).toBeInstanceOf(Float64Array)
  expect((await cluster.nearest([1, 1], { minScore: 2 })).length).toBe(0)
})

test('scans of many queries are shared, and stop where few rows can be above', async () => {
  const { engine, local, cluster } = await both(makeTable(600, 3, 'plain', 2).flat, 3)
  const scansOf = async (call: () => Promise<unknown>) => {
    const before = engine.statements.length
    await call()
    const queries = engine.statements.slice(before).map(({ query }) => query)
    return {
      alone: queries.filter((query) => query.includes('AS query')).length,
      shared: queries.filter((query) => query.includes('AS excess')).length,
    }
  }
  const queries = Array.from({ length: 20 }, (_, index) => makeQuery(3, 'plain', index + 1))
  expect(await scansOf(() => cluster.nearest(queries[0]!))).toEqual({ alone: 1, shared: 0 })
  // 16 share one
  expect(await scansOf(() => cluster.nearestBatch(queries, { k: 3 }))).toEqual({ alone: 0, shared: 2 })
  const many = await scansOf(() => cluster.nearestBatch(queries, { k: 257 }))
  // 8 in a statement, and a second round for the query whose 257th row is one of more rows of zeros than came
  expect([many.shared, many.alone]).toEqual([0, 4])
  // too few pass to know a score that an answer reaches
  const rest = await scansOf(() => cluster.nearestBatch(queries, { k: 3, minScore: 0.99999999 }))
  expect(rest.shared).toBe(2)
  expectSame((await cluster.nearestBatch(queries, { k: 257 }))[7]!, local.nearest(queries[7]!, { k: 257 }))
})
