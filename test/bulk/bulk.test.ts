/** Questions about many rows, against the oracle that scores every row; stopped, and refused. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import {
  maximalMarginalRelevance,
  neighbourGraph,
  pairsAbove,
  rangeSearch,
  rangeSearchBatch,
} from '../../src/bulk.ts'
import { IdSet } from '../../src/core/id-set.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { expectMatches } from '../oracle/expect.ts'
import { cosineScore } from '../oracle/float32.ts'
import { HARD, hardTable } from '../oracle/hard-tables.ts'
import { searchAll } from '../oracle/search.ts'
import { METRICS, makeTable } from '../oracle/tables.ts'

const cases = fc.record({
  size: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 100, max: 400 })),
  dimension: fc.integer({ min: 1, max: 40 }),
  kind: fc.constantFrom(...HARD),
  dtype: fc.constantFrom('f32' as const, 'bf16' as const, 'int8' as const),
  codes: fc.boolean(),
  seed: fc.integer({ min: 0, max: 2 ** 30 }),
  metric: fc.constantFrom(...METRICS),
  // a place among the scores that there are, so that equal ones lie on the bound
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  k: fc.integer({ min: 0, max: 12 }),
})

const isZero = (row: Float32Array) => row.every((value) => value === 0)

async function made({
  size,
  dimension,
  kind,
  seed,
  dtype,
  codes,
}: {
  size: number
  dimension: number
  kind: (typeof HARD)[number]
  seed: number
  dtype: 'f32' | 'bf16' | 'int8'
  codes: boolean
}) {
  const { flat } = hardTable(size, dimension, kind, seed)
  const finite = flat.map((value) => Math.max(-3e38, Math.min(3e38, value)))
  const table = await EmbeddingTable.from(finite, { dimension, dtype, codes })
  const rows = Array.from({ length: size }, (_, id) => table.row(id))
  return { table, rows, askable: rows.flatMap((row, id) => (isZero(row) ? [] : [id])) }
}

test('rangeSearch: every row of at least that score, and no other', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const { table, rows, askable } = await made(given)
      const { metric, share, seed, size } = given
      const queries = askable.slice(0, 40)
      for (const id of queries.slice(seed % 3, (seed % 3) + 2)) {
        const all = searchAll(rows, rows[id]!, { k: size, metric })
        const minScore = all[Math.floor(share * (all.length - 1))]![metric]
        const expected = all.filter((match) => match[metric] >= minScore)
        expectMatches(rangeSearch(table, id, { minScore, metric, includeInputs: true }), expected)
        const others = expected.filter((match) => match.id !== id)
        const batch = rangeSearchBatch(table, queries, { minScore, metric })
        expectMatches(batch[queries.indexOf(id)]!, others)
        expectMatches(table.nearest(id, { minScore, metric, k: 3 }), others.slice(0, 3))
      }
    }),
    { numRuns: 100 },
  )
})

test('with threads, and more rows than there is room for at first', async () => {
  const { flat, rows } = makeTable(9000, 32, 'grid', 5)
  using table = await EmbeddingTable.from(flat, { dimension: 32, codes: true, threads: 2 })
  const queries = Array.from({ length: 40 }, (_, index) =>
    rows.findIndex((row, id) => id > index * 50 && !isZero(row)),
  )
  for (let round = 0; round < 3; round++) {
    const found = rangeSearchBatch(table, queries, { minScore: 0.2 })
    const [first] = queries
    const all = searchAll(rows, rows[first!]!, { k: 9000, metric: 'cosine', allowed: (id) => id !== first })
    const expected = all.filter(({ cosine }) => cosine >= Math.fround(0.2))
    expect(expected.length).toBeGreaterThan(600)
    expectMatches(found[0]!, expected)
    for (const [index, query] of queries.entries()) {
      expectMatches(found[index]!, rangeSearch(table, query, { minScore: 0.2 }).toArray())
    }
    await new Promise((resolve) => setTimeout(resolve, 30)) // the worker has started by then
  }
})

test('a bound rules rows out by their codes', async () => {
  const { flat } = makeTable(20_000, 64, 'plain', 3)
  const table = await EmbeddingTable.from(flat, { dimension: 64, codes: true })
  const byBound = rangeSearch(table, 1, { minScore: 0.9 }).stats.rescored
  expect(byBound).toBeLessThan(table.nearest(1, { k: 256 }).stats.rescored / 4)
})

test('neighbourGraph: row by row as nearest answers', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const { table, rows, askable } = await made(given)
      const { k, metric, size, share } = given
      const filter = share > 0.5 ? undefined : table.idSet((id) => id % 3 !== 1)
      const graph = await neighbourGraph(table, { k, metric, filter })
      expect([graph.size, graph.k]).toEqual([size, Math.min(k, size - 1)])
      for (let row = 0; row < size; row += 1 + Math.floor(size / 40)) {
        const isIn = askable.includes(row) && (filter?.has(row) ?? true)
        const allowed = (id: number) => id !== row && (filter?.has(id) ?? true)
        const expected = isIn ? searchAll(rows, rows[row]!, { k, metric, allowed }) : []
        expectMatches(graph.neighbours(row), expected)
      }
      expect(graph.ids.length).toBe(graph.offsets[size])
    }),
    { numRuns: 60 },
  )
})

test('pairsAbove: each pair once', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const { table, rows, askable } = await made({ ...given, size: Math.min(given.size, 150) })
      const { metric, share } = given
      const scores = searchAll(rows, rows[askable[0] ?? 0]!, { k: rows.length, metric })
      const minScore = scores[Math.floor((share * scores.length) / 2)]![metric]
      const expected = askable.flatMap((a) =>
        searchAll(rows, rows[a]!, { k: rows.length, metric, allowed: (id) => id > a && askable.includes(id) })
          .filter((match) => match[metric] >= minScore)
          .map(({ id, cosine, dot }) => ({ a, b: id, cosine, dot })),
      )
      const found = await pairsAbove(table, { minScore, metric, filter: table.idSet(askable) })
      expect([...found]).toEqual(expected)
    }),
    { numRuns: 60 },
  )
})

test('pairsAbove: rows of zeros are in no pair, whatever the bound, and with no filter', async () => {
  const rows = [1, 0, 0, 0, -1, 0, 0, 1, 0, 0]
  const table = await EmbeddingTable.from(rows, { dimension: 2 })
  for (const metric of METRICS) {
    const found = await pairsAbove(table, { minScore: -1, metric })
    expect([...found].map(({ a, b }) => [a, b])).toEqual([
      [0, 3],
      [0, 2],
      [2, 3],
    ])
  }
})

describe('pairsAbove and its limit', () => {
  const table = EmbeddingTable.from(makeTable(300, 4, 'plain', 9).flat, { dimension: 4 })
  test('as many as the limit are found, one more is an error', async () => {
    const made = await table
    for (const minScore of [-1, 0, 0.5, 0.99]) {
      const { length } = await pairsAbove(made, { minScore })
      expect((await pairsAbove(made, { minScore, limit: length })).length).toBe(length)
      await expect(pairsAbove(made, { minScore, limit: length - 1 })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        details: { limit: length - 1, minScore },
      })
    }
  })
  test('many pairs are noticed while they come: not many more are held than the limit', async () => {
    const size = 20_000
    const same = await EmbeddingTable.from(new Float32Array(size * 2).fill(1), { dimension: 2 })
    const ask = vi.spyOn(same, 'nearestBatch')
    await expect(pairsAbove(same, { minScore: 0.9, limit: 1000 })).rejects.toThrow(
      'more than 1000 pairs score 0.9 or more, among the first 64 of 20000 rows already',
    )
    for (const { value } of ask.mock.results as { value: { length: number }[] }[]) {
      expect(value.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(1000 + 64 * 64)
    }
    expect(ask.mock.calls.length).toBe(2)
  })
  test('pairs come in order of a, then of score, with room for more than at first', async () => {
    const found = await pairsAbove(await table, { minScore: -1 })
    const rows = Array.from({ length: 300 }, (_, id) => id)
    const made = await table
    const count = rows.filter((id) => !isZero(made.row(id))).length
    const pairs = (count * (count - 1)) / 2
    expect(pairs).toBeGreaterThan(30_000)
    expect([found.a, found.b, found.cosines, found.dots].map(({ length }) => length)).toEqual(
      Array(4).fill(pairs),
    )
    const list = [...found]
    expect(list.slice(1).every(({ a, cosine }, i) => a > list[i]!.a || cosine <= list[i]!.cosine)).toBe(true)
  })
})

describe('rangeSearch in rounds', () => {
  test('an iterator of rows to leave out is read once, a test is run once for each row', async () => {
    const same = await EmbeddingTable.from(new Float32Array(2000).fill(1), { dimension: 2 })
    const out = new Set([3, 5, 900])
    const tested: number[] = []
    const filter = (id: number) => tested.push(id) > 0 && id !== 7
    const found = rangeSearch(same, 0, { minScore: 0.5, exclude: out.values(), filter })
    const expected = Array.from({ length: 1000 }, (_, id) => id).filter(
      (id) => ![0, 3, 5, 7, 900].includes(id),
    )
    expect([...found.ids]).toEqual(expected)
    expect(tested.length).toBe(1000)
    expect(() => rangeSearch(same, 0, { minScore: 0, exclude: 'ab' })).toThrow('a list of rows was expected')
  })
})

test('maximalMarginalRelevance: the greedy choice, by definition', async () => {
  const lambdas = fc.constantFrom(0, 0.3, 0.5, 1)
  await fc.assert(
    fc.asyncProperty(cases, lambdas, fc.boolean(), async (given, lambda, all) => {
      const { table, rows, askable } = await made({ ...given, size: Math.min(given.size, 100) })
      const { k } = given
      const query = askable[0]
      if (query === undefined) return
      const candidates = all ? Number.POSITIVE_INFINITY : Math.max(k, 20)
      const near = searchAll(rows, rows[query]!, {
        k: all ? rows.length : candidates,
        metric: 'cosine',
        allowed: (id) => id !== query,
      })
      const chosen: typeof near = []
      const worth = (match: (typeof near)[number]) =>
        lambda * match.cosine -
        (chosen.length === 0
          ? 0
          : (1 - lambda) * Math.max(...chosen.map(({ id }) => cosineScore(rows[match.id]!, rows[id]!))))
      while (chosen.length < Math.min(k, near.length)) {
        const left = near.filter((match) => !chosen.includes(match))
        const most = Math.max(...left.map(worth))
        chosen.push(left.find((match) => worth(match) === most)!)
      }
      expectMatches(maximalMarginalRelevance(table, query, { k, lambda, candidates }), chosen)
    }),
    { numRuns: 60 },
  )
})

test('maximalMarginalRelevance chooses among 10 · k rows unless told, k at the least', async () => {
  const table = await EmbeddingTable.from(makeTable(200, 8, 'model', 3).flat, { dimension: 8 })
  const ids = (candidates?: number) =>
    maximalMarginalRelevance(table, 0, { k: 5, lambda: 0.1, candidates }).toArray()
  expect(ids()).toEqual(ids(50))
  expect(ids()).not.toEqual(ids(10))
  expect(
    ids(5)
      .map(({ id }) => id)
      .sort(),
  ).toEqual([...table.nearest(0, { k: 5 }).ids].sort())
})

describe('progress, cancel, refusals', () => {
  const table = EmbeddingTable.from(makeTable(500, 8, 'plain', 7).flat, { dimension: 8 })

  test.each([
    ['neighbourGraph', (options: object) => table.then((table) => neighbourGraph(table, options))],
    [
      'pairsAbove',
      (options: object) => table.then((table) => pairsAbove(table, { minScore: 0.9, ...options })),
    ],
  ])('%s reports how far it is, and ends by its signal', async (_, ask) => {
    const seen: object[] = []
    await ask({ onProgress: (progress: object) => seen.push(progress) })
    const steps = [64, 128, 192, 256, 320, 384, 448, 500]
    expect(seen).toEqual(steps.map((done) => ({ phase: 'search', done, total: 500 })))
    await expect(ask({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })

  test.each<[string, (table: EmbeddingTable) => unknown, string, string]>([
    ['no bound', (t) => rangeSearch(t, 0, {} as { minScore: number }), 'INVALID_ARGUMENT', 'undefined'],
    ['a bound that is none', (t) => rangeSearch(t, 0, { minScore: Number.NaN }), 'INVALID_ARGUMENT', 'NaN'],
    ['the same of nearest', (t) => t.nearest(0, { minScore: Number.NaN }), 'INVALID_ARGUMENT', 'NaN'],
    [
      'pairs without a bound',
      (t) => pairsAbove(t, {} as { minScore: number }),
      'INVALID_ARGUMENT',
      'undefined',
    ],
    [
      'too many pairs',
      (t) => pairsAbove(t, { minScore: -1, limit: 1000 }),
      'INVALID_ARGUMENT',
      'more than 1000 pairs',
    ],
    ['a graph of k = −1', (t) => neighbourGraph(t, { k: -1 }), 'INVALID_K', '-1'],
    [
      'lambda out of range',
      (t) => maximalMarginalRelevance(t, 0, { lambda: 2 }),
      'INVALID_ARGUMENT',
      'got 2',
    ],
    [
      'lambda below 0',
      (t) => maximalMarginalRelevance(t, 0, { lambda: -0.1 }),
      'INVALID_ARGUMENT',
      'got -0.1',
    ],
    [
      'too few candidates',
      (t) => maximalMarginalRelevance(t, 0, { k: 5, candidates: 4 }),
      'INVALID_ARGUMENT',
      'got 4',
    ],
    [
      'a lambda as text',
      (t) => maximalMarginalRelevance(t, 0, { lambda: '0.5' as never }),
      'INVALID_ARGUMENT',
      'got "0.5"',
    ],
    ['no table', () => neighbourGraph(undefined as never), 'INVALID_ARGUMENT', 'got undefined'],
    ['rows for a table', () => pairsAbove([1] as never, { minScore: 0 }), 'INVALID_ARGUMENT', 'got Array'],
    [
      'a test for a graph',
      (t) => neighbourGraph(t, { filter: (() => true) as never }),
      'INVALID_ARGUMENT',
      'got a function',
    ],
    [
      'a filter of another table',
      (t) => pairsAbove(t, { minScore: 0, filter: new IdSet(7) }),
      'INVALID_ARGUMENT',
      'a set over 7 rows',
    ],
    [
      'no list of queries',
      (t) => rangeSearchBatch(t, 5 as never, { minScore: 0 }),
      'INVALID_ARGUMENT',
      'got 5',
    ],
    [
      'no signal',
      (t) => pairsAbove(t, { minScore: 1, signal: {} as never }),
      'INVALID_ARGUMENT',
      'got Object',
    ],
    ['no callback', (t) => neighbourGraph(t, { onProgress: 5 as never }), 'INVALID_ARGUMENT', 'got 5'],
    ['a limit below 0', (t) => pairsAbove(t, { minScore: 0, limit: -1 }), 'INVALID_ARGUMENT', 'got -1'],
    ['an unknown row', (t) => rangeSearch(t, 500, { minScore: 0 }), 'ID_OUT_OF_RANGE', '500'],
  ])('%s', async (_, ask, code, message) => {
    const made = await table
    await expect((async () => ask(made))()).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
  })

  test('a table that was disposed of', async () => {
    const gone = await EmbeddingTable.from([1, 2], { dimension: 2 })
    gone.dispose()
    expect(() => maximalMarginalRelevance(gone, 0)).toThrow('disposed')
    await expect(pairsAbove(gone, { minScore: 0 })).rejects.toMatchObject({ code: 'DISPOSED' })
  })

  test('bounds at the ends', async () => {
    const made = await table
    expect(rangeSearch(made, 2, { minScore: Number.POSITIVE_INFINITY }).length).toBe(0)
    expect(rangeSearch(made, 2, { minScore: Number.NEGATIVE_INFINITY }).length).toBe(499)
    const one = await EmbeddingTable.from([1, 2, 3], { dimension: 3 })
    expect((await pairsAbove(one, { minScore: 0 })).length).toBe(0)
    expect((await neighbourGraph(one)).ids.length).toBe(0)
  })
})
