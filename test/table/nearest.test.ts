/** nearest() against a full sort: k, ties, what is left out, filters. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IdSet } from '../../src/core/id-set.ts'
import { EmbeddingTable, type SearchOptions } from '../../src/table/embedding-table.ts'
import { expectMatches } from '../oracle/expect.ts'
import { searchAll } from '../oracle/search.ts'
import {
  counts,
  KINDS,
  METRICS,
  makeQuery,
  makeTable,
  metrics,
  type TestTable,
  tablesWithQuery,
} from '../oracle/tables.ts'

const open = ({ flat, dimension, size }: TestTable, codes?: boolean) =>
  EmbeddingTable.from(flat, {
    dimension,
    tokens: Array.from({ length: size }, (_, id) => `row ${id}`),
    codes,
  })

/** Rows left out: by id, by token, twice. */
const exclusions = (size: number) =>
  fc.array(
    fc.integer({ min: 0, max: size - 1 }).chain((id) => fc.constantFrom(id, `row ${id}`)),
    { maxLength: Math.min(size + 3, 40) },
  )

/** Filters: the ids let through, as a set or as a test. */
const filters = (size: number) =>
  fc.oneof(
    fc.constant(undefined),
    fc.record({
      ids: fc.oneof(
        fc.constant<number[]>([]),
        fc.constant(Array.from({ length: size }, (_, id) => id)),
        fc.subarray(Array.from({ length: size }, (_, id) => id)),
      ),
      as: fc.constantFrom('set', 'test'),
    }),
  )

const idOf = (row: number | string) => (typeof row === 'number' ? row : Number(row.slice(4)))

const questions = tablesWithQuery({ dimension: 20 }).chain(({ table, query }) =>
  fc.record({
    table: fc.constant(table),
    query: fc.oneof(
      fc.constant(query),
      exclusions(table.size).map((rows) => rows[0] ?? query),
    ),
    k: fc.option(counts(table.size), { nil: undefined }),
    metric: metrics,
    exclude: fc.option(exclusions(table.size), { nil: undefined }),
    filter: filters(table.size),
    includeInputs: fc.option(fc.boolean(), { nil: undefined }),
    codes: fc.boolean(),
  }),
)

test('answers any question as the oracle does', async () => {
  await fc.assert(
    fc.asyncProperty(
      questions,
      async ({ table, query, k, metric, exclude, filter, includeInputs, codes }) => {
        using real = await open(table, codes)
        const input = query instanceof Float32Array ? undefined : idOf(query)
        const vector = input === undefined ? (query as Float32Array) : table.rows[input]!
        fc.pre(metric === 'dot' || vector.some((value) => value !== 0))
        const options: SearchOptions = { k, metric, exclude, includeInputs }
        const among = new Set(filter?.ids)
        if (filter?.as === 'set') options.filter = IdSet.from(table.size, filter.ids)
        if (filter?.as === 'test') {
          options.filter = (id, token) => {
            expect(token).toBe(`row ${id}`)
            return among.has(id)
          }
        }
        const out = new Set(exclude?.map(idOf))
        const allowed = (id: number) =>
          (filter === undefined || among.has(id)) && !out.has(id) && (includeInputs || id !== input)
        const expected = searchAll(table.rows, vector, { k: k ?? 10, metric, allowed })
        expectMatches(real.nearest(query, options), expected)
      },
    ),
    { numRuns: 150 },
  )
})

describe('every |V| around the words of the mask', () => {
  test.each(METRICS)('and every k (%s)', async (metric) => {
    for (const size of [1, 2, 3, 31, 32, 33, 63, 64, 65, 95, 96, 97, 129]) {
      const { flat, rows, dimension } = makeTable(size, 3, 'grid', size)
      const query = makeQuery(dimension, 'grid', size)
      using table = await EmbeddingTable.from(flat, { dimension })
      const all = searchAll(rows, query, { k: size, metric })
      for (let k = 0; k <= size + 5; k++) {
        expectMatches(table.nearest(query, { k, metric }), all.slice(0, k))
      }
    }
  })
})

test('a table of up to 300 rows of any one number has them all, in the order of the ids', async () => {
  for (const value of [1, -1, 1e38, 1e-45]) {
    using table = await EmbeddingTable.from(new Float32Array(300 * 5).fill(value), { dimension: 5 })
    for (const metric of METRICS) {
      for (const k of [1, 2, 10, 299, 300]) {
        const matches = table.nearest(new Float32Array(5).fill(1), { k, metric })
        expect([...matches.ids]).toEqual(Array.from({ length: k }, (_, id) => id))
      }
    }
  }
})

test('rising, falling and alternating scores fill the heap alike', async () => {
  const size = 200
  const orders = {
    rising: (id: number) => id,
    falling: (id: number) => size - id,
    alternating: (id: number) => (id % 2 === 0 ? id : -id),
  }
  for (const order of Object.values(orders)) {
    const flat = Float32Array.from({ length: size }, (_, id) => order(id))
    const rows = Array.from(flat, (value) => Float32Array.of(value))
    using table = await EmbeddingTable.from(flat, { dimension: 1 })
    for (let k = 0; k <= size; k += 7) {
      const expected = searchAll(rows, [1], { k, metric: 'dot' })
      expectMatches(table.nearest([1], { k, metric: 'dot' }), expected)
    }
  }
})

test('scores that are infinite, or would be NaN, keep their order', async () => {
  // products overflow one by one: +∞ and −∞ met in the float32 sum
  const rows = [
    [3e38, 3e38],
    [3e38, -3e38],
    [-3e38, -3e38],
    [3e38, -2e38],
    [0.1, 0.1],
    [0, 0],
    [3e38, 3e38],
  ].map((row) => Float32Array.from(row))
  using table = await EmbeddingTable.from(
    rows.flatMap((row) => [...row]),
    { dimension: 2 },
  )
  const query = Float32Array.of(3e38, 3e38)
  for (const metric of METRICS) {
    for (let k = 0; k <= rows.length; k++) {
      const matches = table.nearest(query, { k, metric })
      expectMatches(matches, searchAll(rows, query, { k, metric }))
      for (const { cosine, dot } of matches) expect(Number.isNaN(cosine) || Number.isNaN(dot)).toBe(false)
    }
  }
  expect([...table.nearest(query, { metric: 'dot' }).ids]).toEqual([0, 3, 6, 4, 1, 5, 2])
})

test('a sum that is −∞ in float32 on its way to a good score is not passed over', async () => {
  const dimension = 17
  const good = new Float32Array(dimension)
  good[0] = good[16] = -2e38 // one lane: −4e38 is −∞ in float32
  good[1] = good[2] = 3.3e38
  const modest = new Float32Array(dimension).fill(1)
  const rows = [modest, modest, good]
  using table = await EmbeddingTable.from(
    rows.flatMap((row) => [...row]),
    { dimension },
  )
  const query = new Float32Array(dimension).fill(1)
  for (const k of [1, 2, 3]) {
    expectMatches(table.nearest(query, { k, metric: 'dot' }), searchAll(rows, query, { k, metric: 'dot' }))
  }
  expect(table.nearest(query, { k: 1, metric: 'dot' }).at(0)).toMatchObject({
    id: 2,
    dot: Math.fround(2.6e38),
  })
})

test('k beyond 32 bits is all rows, like any k beyond |V|', async () => {
  using table = await EmbeddingTable.from([1, 2, 3], { dimension: 1 })
  for (const k of [2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]) {
    expect([...table.nearest([1], { k, metric: 'dot' }).ids]).toEqual([2, 1, 0])
  }
})

test('a row of zeros has cosine 0 with everything', async () => {
  const flat = Float32Array.of(1, 0, 0, 0, -1, 0)
  using table = await EmbeddingTable.from(flat, { dimension: 2 })
  const matches = table.nearest([1, 0])
  expect([...matches.ids]).toEqual([0, 1, 2])
  expect([...matches.cosines]).toEqual([1, 0, -1])
  expect(table.similarity(0, 1)).toBe(0)
  expect(table.similarity(1, 1)).toBe(0)
})

test('a query of zeros by dot product scores every row 0, by id', async () => {
  const { flat, size } = makeTable(40, 4, 'plain', 5)
  using table = await EmbeddingTable.from(flat, { dimension: 4 })
  const matches = table.nearest([0, 0, 0, 0], { metric: 'dot', k: size })
  expect([...matches.ids]).toEqual(Array.from({ length: size }, (_, id) => id))
  expect(new Set(matches.dots)).toEqual(new Set([0]))
  expect(new Set(matches.cosines)).toEqual(new Set([0]))
})

describe('what the query names', () => {
  const rows = Float32Array.of(1, 0, 1, 0.1, 0, 1)
  test('is left out by id and by token, not by vector', async () => {
    using table = await EmbeddingTable.from(rows, { dimension: 2, tokens: ['a', 'b', 'c'] })
    expect([...table.nearest(0).ids]).toEqual([1, 2])
    expect([...table.nearest('a').ids]).toEqual([1, 2])
    expect([...table.nearest(table.row('a')).ids]).toEqual([0, 1, 2])
  })
  test('is there with includeInputs', async () => {
    using table = await EmbeddingTable.from(rows, { dimension: 2, tokens: ['a', 'b', 'c'] })
    expect([...table.nearest('a', { includeInputs: true }).ids]).toEqual([0, 1, 2])
  })
})

test('k is 10 and the metric cosine unless given', async () => {
  const { flat, rows } = makeTable(50, 8, 'plain', 2)
  using table = await EmbeddingTable.from(flat, { dimension: 8 })
  const query = makeQuery(8, 'plain', 2)
  expectMatches(table.nearest(query), searchAll(rows, query, { k: 10, metric: 'cosine' }))
})

test('a filter may ask the same table', async () => {
  const { flat, rows, size } = makeTable(70, 6, 'plain', 11)
  using table = await EmbeddingTable.from(flat, { dimension: 6 })
  const query = makeQuery(6, 'plain', 11)
  const other = makeQuery(6, 'plain', 12)
  const filter = (id: number) =>
    table.similarity(id, other) > 0 && table.nearest(other, { k: 3 }).length === 3
  using second = await EmbeddingTable.from(flat, { dimension: 6 })
  const allowed = (id: number) => second.similarity(id, other) > 0
  expectMatches(
    table.nearest(query, { k: size, filter }),
    searchAll(rows, query, { k: size, metric: 'cosine', allowed }),
  )
})

test('what exclude yields may come from the same table', async () => {
  const { flat, rows, size } = makeTable(70, 6, 'plain', 13)
  using table = await EmbeddingTable.from(flat, { dimension: 6 })
  const query = makeQuery(6, 'plain', 11)
  const seen: number[] = []
  function* exclude() {
    for (const { id } of table.nearest(3, { k: 5 })) {
      seen.push(id)
      yield id
    }
  }
  const matches = table.nearest(query, { k: size, exclude: exclude() })
  const allowed = (id: number) => !seen.includes(id)
  expectMatches(matches, searchAll(rows, query, { k: size, metric: 'cosine', allowed }))
})

test('a few thousand rows of each kind, at a model’s dimension', async () => {
  for (const kind of KINDS) {
    const size = 2000
    const { flat, rows } = makeTable(size, 64, kind, 7)
    using table = await EmbeddingTable.from(flat, { dimension: 64 })
    const query = makeQuery(64, kind, 7)
    for (const metric of METRICS) {
      const all = searchAll(rows, query, { k: size, metric })
      for (const k of [1, 10, 100]) expectMatches(table.nearest(query, { k, metric }), all.slice(0, k))
    }
  }
})
