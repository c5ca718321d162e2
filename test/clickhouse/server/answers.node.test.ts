/**
 * A table on three shards answers as the same table in memory does, bit for bit, on tables that are hard for
 * bounds and codes.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Kernel, uploadTable } from '../../../src/clickhouse.ts'
import type { AnalogyOptions, SearchOptions } from '../../../src/core/options.ts'
import type { Condition } from '../../../src/metadata/condition.ts'
import { EmbeddingTable } from '../../../src/table/embedding-table.ts'
import { HARD, hardQuery, hardTable } from '../../oracle/hard-tables.ts'
import { KINDS, makeQuery, makeTable, type TestTable } from '../../oracle/tables.ts'
import { type ClickHouseServers, findClickHouse, startClickHouse } from '../servers.ts'
import { expectSame, onServers, openUploaded } from '../shards.ts'

/** Of each kind of table, kernel and metric: 2,080 in all. */
const QUERIES = 40

describe.skipIf(findClickHouse() === undefined)('three shards', () => {
  let servers: ClickHouseServers
  beforeAll(async () => {
    servers = await startClickHouse()
  }, 60_000)
  afterAll(() => servers?.stop(), 60_000)

  async function both(given: TestTable, name: string, kernel: Kernel) {
    const tokens = given.rows.map((_, id) => `token ${id}`)
    const local = await EmbeddingTable.from(given.flat, { dimension: given.dimension, tokens })
    const at = onServers(servers.urls, name, 'three')
    await uploadTable(local, { ...at, rowsAtOnce: 37, overwrite: true })
    return { local, cluster: await openUploaded({ ...at, kernel }) }
  }

  const kinds = [...new Set([...KINDS, ...HARD])]
  test.each(kinds.flatMap((kind) => (['codes', 'arrays'] as const).map((kernel) => [kind, kernel] as const)))(
    'rows that are %s, by %s',
    async (kind, kernel) => {
      const seed = kinds.indexOf(kind) + 1
      const dimension = [3, 33, 100][seed % 3]!
      const known = (KINDS as readonly string[]).includes(kind)
      const given = known
        ? makeTable(400, dimension, kind as (typeof KINDS)[number], seed)
        : hardTable(400, dimension, kind as (typeof HARD)[number], seed)
      const { local, cluster } = await both(given, `hard ${kind}`, kernel)
      const queries = Array.from({ length: QUERIES }, (_, index) =>
        known ? makeQuery(dimension, kind as (typeof KINDS)[number], index) : hardQuery(given, index),
      )
      for (const metric of ['cosine', 'dot'] as const) {
        const expected = local.nearestBatch(queries, { k: 7, metric })
        const actual = await cluster.nearestBatch(queries, { k: 7, metric })
        for (const [index, answer] of actual.entries()) expectSame(answer, expected[index]!)
      }
      await cluster.close()
      local.dispose()
    },
    60_000,
  )

  test('rows by id and token, similarity, analogies, what is left out', async () => {
    const { local, cluster } = await both(hardTable(300, 20, 'outliers', 5), 'questions', 'codes')
    const rows = ['token 7', 250, 'token 7', 0]
    expect(await cluster.gather(rows)).toEqual(local.gather(rows))
    expect(await cluster.row(3)).toEqual(local.row(3))
    expect(await cluster.id('token 12')).toBe(12)
    expect(await cluster.token(12)).toBe('token 12')
    const vector = makeQuery(20, 'plain', 9)
    for (const [a, b] of [
      ['token 7', 9],
      [vector, 9],
      [9, vector],
      [vector, vector],
      [4, 4],
    ] as const) {
      expect(await cluster.similarity(a, b)).toBe(local.similarity(a, b))
    }
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
    }
    const [first, second] = await cluster.analogyBatch([expression, { positive: [8, 9] }])
    expectSame(first!, local.analogy(expression))
    expectSame(second!, local.analogy({ positive: [8, 9] }))
    await cluster.close()
  })

  test('hundreds of rows that are equal, or one ulp apart', async () => {
    for (const kind of ['near ties', 'near'] as const) {
      const given = kind === 'near' ? makeTable(900, 16, kind, 3) : hardTable(900, 16, kind, 3)
      const { local, cluster } = await both(given, `ties ${kind}`, 'codes')
      const queries = Array.from({ length: 8 }, (_, index) => given.rows[index * 55]!).filter((row) =>
        row.some((x) => x !== 0),
      )
      for (const k of [1, 200]) {
        const actual = await cluster.nearestBatch(queries, { k })
        const expected = local.nearestBatch(queries, { k })
        for (const [index, answer] of actual.entries()) expectSame(answer, expected[index]!)
      }
      await cluster.close()
    }
  }, 60_000)

  test('more near-ties than come at once, in another order by their bounds than by their scores', async () => {
    const dimension = 3
    const flat = Float32Array.from({ length: 36_000 * dimension }, (_, i) => {
      const id = Math.floor(i / dimension)
      return id % 6 === 0 ? Math.sin(i) : [0.5, -0.25, 1][i % dimension]! + Math.sin(i * i) * 1e-3
    })
    const local = await EmbeddingTable.from(flat, { dimension })
    const at = onServers(servers.urls, 'many ties', 'three')
    await uploadTable(local, { ...at, rowsAtOnce: 1_000 })
    const cluster = await openUploaded(at)
    const queries = [flat.slice(3, 6), Float32Array.of(0.4, -0.2, 0.9)]
    const several: Omit<SearchOptions, 'filter'>[] = [{}, { metric: 'dot', k: 300 }, { exclude: [1, 2, 7] }]
    for (const options of several) {
      const expected = local.nearestBatch(queries, options)
      const actual = await cluster.nearestBatch(queries, options)
      for (const [index, answer] of actual.entries()) expectSame(answer, expected[index]!)
    }
    await cluster.close()
    local.dispose()
  }, 60_000)

  test('conditions on metadata choose the rows they choose in memory', async () => {
    const local = await EmbeddingTable.from(makeTable(500, 24, 'plain', 11).flat, { dimension: 24 })
    const columns = { year: 'number', language: 'string', 'is new': 'boolean' } as const
    const languages = ['de', "it's", 'a`b\\', null, '東京 🗼']
    const metadata = (id: number) => ({
      year: id % 11 === 0 ? null : 2000 + (id % 30),
      language: languages[id % 5]!,
      'is new': id % 7 === 0 ? null : id % 2 === 0,
    })
    const at = { ...onServers(servers.urls, 'with metadata', 'three'), columns }
    await uploadTable(local, { ...at, metadata, rowsAtOnce: 64 })
    const cluster = await openUploaded<typeof columns>(at)
    const cases: [Condition<typeof columns>, (m: ReturnType<typeof metadata>) => boolean][] = [
      [{ year: { gte: 2020 } }, (m) => m.year !== null && m.year >= 2020],
      [{ year: null }, (m) => m.year === null],
      [{ year: { ne: null }, language: "it's" }, (m) => m.year !== null && m.language === "it's"],
      [{ language: { in: ['a`b\\', '東京 🗼'] } }, (m) => m.language === 'a`b\\' || m.language === '東京 🗼'],
      [{ language: { nin: ['de'] } }, (m) => m.language !== null && m.language !== 'de'],
      [{ language: { ne: 'de' } }, (m) => m.language !== null && m.language !== 'de'],
      [
        { 'is new': true, year: { lt: 2010, gt: 2003 } },
        (m) => m['is new'] === true && m.year !== null && m.year < 2010 && m.year > 2003,
      ],
      [
        [{ 'is new': false }, { year: { lte: 2001 } }],
        (m) => m['is new'] === false || (m.year !== null && m.year <= 2001),
      ],
      [{}, () => true],
      [[], () => false],
      [[{}], () => true],
      [{ language: { in: [] } }, () => false],
      [{ language: "'; DROP TABLE x --" }, () => false],
    ]
    for (const [filter, passes] of cases) {
      for (const query of [3, 77, 402]) {
        const expected = local.nearest(query, { filter: (id) => passes(metadata(id)) })
        expectSame(await cluster.nearest(query, { filter }), expected)
      }
      const [first, second] = await cluster.nearestBatch([9, 10], { filter, k: 12 })
      expectSame(first!, local.nearest(9, { filter: (id) => passes(metadata(id)), k: 12 }))
      expectSame(second!, local.nearest(10, { filter: (id) => passes(metadata(id)), k: 12 }))
    }
    await cluster.close()
  }, 60_000)
})
