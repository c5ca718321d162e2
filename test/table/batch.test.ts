/** A batch answers as its questions do one by one, to the bit, and as the oracle does. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import type { Matches } from '../../src/table/matches.ts'
import { expectMatches } from '../oracle/expect.ts'
import { HARD, hardQuery, hardTable } from '../oracle/hard-tables.ts'
import { searchAll } from '../oracle/search.ts'
import { METRICS, makeTable, randomNumbers } from '../oracle/tables.ts'

const batches = fc.record({
  // 32 questions fit the memory at once; 1024 rows are a block, 8192 a trial
  count: fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 30, max: 70 })),
  size: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1000, max: 2300 })),
  dimension: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(100, 128)),
  kind: fc.constantFrom(...HARD),
  dtype: fc.constantFrom('f32' as const, 'bf16' as const, 'int8' as const),
  codes: fc.constantFrom(false, 'int8' as const, 'int4' as const),
  seed: fc.integer({ min: 0, max: 2 ** 30 }),
  metric: fc.constantFrom(...METRICS),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  includeInputs: fc.boolean(),
})

test('any batch on any table', async () => {
  await fc.assert(
    fc.asyncProperty(batches, async ({ count, size, dimension, kind, seed, share, ...given }) => {
      const { dtype, codes, metric, includeInputs } = given
      const made = hardTable(size, dimension, kind, seed)
      const flat = made.flat.map((value) => Math.max(-3e38, Math.min(3e38, value)))
      const table = await EmbeddingTable.from(flat, { dimension, dtype, codes })
      const random = randomNumbers(seed + 9)
      const whole = (end: number) => Math.floor(random() * end)
      const queries = Array.from({ length: count }, (_, index) =>
        random() < 0.5 ? whole(size) : hardQuery(made, seed + index),
      )
      const usable = queries.filter(
        (query) => typeof query !== 'number' || metric === 'dot' || table.row(query).some(Boolean),
      )
      const k = random() < 0.1 ? size + 1 : whole(20)
      const filter = table.idSet(() => random() < share || share > 0.5)
      const exclude = [whole(size)]
      const options = { k, metric, filter, exclude, includeInputs }
      const rows = Array.from({ length: size }, (_, id) => table.row(id))
      const answers = table.nearestBatch(usable, options)
      expect(answers.length).toBe(usable.length)
      for (const [index, query] of usable.entries()) {
        const single = table.nearest(query, options)
        expectMatches(answers[index]!, single.toArray())
        if (index > 2) continue // the oracle is slow
        const input = typeof query === 'number' && !includeInputs ? query : -1
        const allowed = (id: number) => filter.has(id) && id !== exclude[0] && id !== input
        const vector = typeof query === 'number' ? rows[query]! : query
        expectMatches(answers[index]!, searchAll(rows, vector, { k, metric, allowed }))
      }
    }),
    { numRuns: 200 },
  )
})

describe('analogies', () => {
  const tokens = Array.from({ length: 50 }, (_, id) => `t${id}`)

  test('with different numbers of inputs', async () => {
    const { flat } = makeTable(50, 12, 'plain', 4)
    const table = await EmbeddingTable.from(flat, { dimension: 12, tokens })
    const expressions = Array.from({ length: 40 }, (_, index) => ({
      positive: Array.from({ length: 1 + (index % 20) }, (_, term) => (index * 7 + term) % 50),
      negative: ['t3'],
    }))
    for (const normalize of [false, true]) {
      for (const k of [0, 1, 5, 50]) {
        const answers = table.analogyBatch(expressions, { normalize, k })
        expect(answers.length).toBe(40)
        for (const [index, expression] of expressions.entries()) {
          expectMatches(answers[index]!, table.analogy(expression, { normalize, k }).toArray())
        }
      }
    }
  })

  test('a large k leaves room for few questions at once, and none is lost', async () => {
    const { flat } = makeTable(3000, 4, 'grid', 6)
    const table = await EmbeddingTable.from(flat, { dimension: 4, codes: true })
    const expressions = Array.from({ length: 9 }, (_, index) => ({
      positive: Array.from({ length: 1 + index * 300 }, (_, term) => term),
    }))
    const answers = table.analogyBatch(expressions, { k: 900, metric: 'dot' })
    for (const [index, expression] of expressions.entries()) {
      expectMatches(answers[index]!, table.analogy(expression, { k: 900, metric: 'dot' }).toArray())
    }
  })
})

describe('what is handed over', () => {
  const table = EmbeddingTable.from([1, 0, 0, 1, 1, 1], { dimension: 2, tokens: ['a', 'b', 'c'] })

  test('vectors as one Float32Array', async () => {
    const answers = (await table).nearestBatch(Float32Array.of(1, 0, 0, 1), { k: 1 })
    expect(answers.map((matches) => matches.ids[0])).toEqual([0, 1])
  })

  test('any iterable of ids, tokens and vectors', async () => {
    const answers = (await table).nearestBatch(new Set(['a', 1, [1, 1]] as const), { k: 1 })
    expect(answers.map((matches) => matches.at(0)!.token)).toEqual(['c', 'c', 'c'])
    expect((await table).nearestBatch([])).toEqual([])
  })

  test.each([
    ['an unknown token', ['a', 'zz'], 'UNKNOWN_TOKEN', 'query 1: '],
    ['an id out of range', [0, 1, 7], 'ID_OUT_OF_RANGE', 'query 2: '],
    ['a vector of another length', [[1, 2, 3]], 'DIMENSION_MISMATCH', 'query 0: '],
    ['a vector of zeros', ['b', [0, 0]], 'ZERO_QUERY', 'query 1: '],
    ['a number that is not finite', [[1, Number.NaN]], 'NON_FINITE', 'query 0: '],
    ['numbers left over', Float32Array.of(1, 2, 3), 'LENGTH_MISMATCH', '3 numbers'],
    ['a string', 'a', 'INVALID_ARGUMENT', 'a list of queries'],
    ['nothing', undefined, 'INVALID_ARGUMENT', 'a list of queries'],
  ] as const)('%s is rejected', async (_, queries, code, message) => {
    const ready = await table
    const ask = () => ready.nearestBatch(queries as never)
    expect(ask).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }))
    expect(ready.nearest('a', { k: 1 }).ids[0]).toBe(2)
  })
})

test('ids come as a list or a Uint32Array, numbers as a Float32Array; other arrays of numbers could be either', async () => {
  const { flat, rows } = makeTable(6, 2, 'plain', 9)
  using table = await EmbeddingTable.from(flat, { dimension: 2 })
  const options = { k: 3, metric: 'dot' } as const
  const plain = (answers: readonly Matches[]) => answers.map((matches) => matches.toArray())
  expect(plain(table.nearestBatch(Uint32Array.of(4, 1), options))).toEqual(
    plain(table.nearestBatch([4, 1], options)),
  )
  expect(plain(table.nearestBatch(Float32Array.of(...rows[4]!, ...rows[1]!), options))).toEqual(
    plain(table.nearestBatch([rows[4]!, rows[1]!], options)),
  )
  for (const queries of [
    Float64Array.of(1, 2),
    Int32Array.of(1, 2),
    Uint8Array.of(1, 2),
    Uint16Array.of(1, 2),
    BigInt64Array.of(1n),
    new DataView(new ArrayBuffer(8)),
  ]) {
    const ask = () => table.nearestBatch(queries as never, options)
    expect(ask).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(ask).toThrow(`got ${queries.constructor.name}`)
  }
})

describe('a batch leaves nothing behind', () => {
  const [size, dimension] = [3000, 24]
  const { flat } = makeTable(size, dimension, 'plain', 21)
  const plain = (answers: readonly Matches[]) => answers.map((matches) => matches.toArray())
  const DOT = { metric: 'dot', k: 40 } as const

  test.each([false, 'int8', 'int4'] as const)(
    'neither its filter nor what it excludes, codes: %s',
    async (codes) => {
      using table = await EmbeddingTable.from(flat, { dimension, codes })
      const ids = [3, 4, 5]
      const expected = ids.map((id) => table.nearest(id, DOT).toArray())
      const exclude = expected.flatMap((matches) => matches.slice(0, 20).map(({ id }) => id))
      const filter = table.idSet((id) => id % 2 === 0)
      for (const options of [{ exclude }, { filter }, { exclude, filter }, { filter: () => false }]) {
        const alone = ids.map((id) => table.nearest(id, { ...DOT, ...options }).toArray())
        expect(plain(table.nearestBatch(ids, { ...DOT, ...options }))).toEqual(alone)
        expect(
          plain(
            table.analogyBatch(
              ids.map((id) => ({ positive: [id] })),
              { ...DOT, ...options },
            ),
          ),
        ).toEqual(alone)
        expect(ids.map((id) => table.nearest(id, DOT).toArray())).toEqual(expected)
        expect(plain(table.nearestBatch(ids, DOT))).toEqual(expected)
      }
    },
  )

  test.each([false, 'int8'] as const)(
    'nor does it run over its heaps where inputs want more rows, codes: %s',
    async (codes) => {
      // 32 questions of 1,024 rows fit at once: with a question of 600 inputs among them, fewer do
      using table = await EmbeddingTable.from(flat, { dimension, codes })
      const list = (from: number, length: number) =>
        Array.from({ length }, (_, place) => (from + place * 7) % size)
      for (const long of [[0], [31], [17, 40], [5, 6, 7]]) {
        const sums = Array.from({ length: 45 }, (_, index) => ({
          positive: list(index, long.includes(index) ? 600 : 1 + (index % 3)),
        }))
        const options = { metric: 'dot', k: 1000 } as const
        const before = table.gather(list(0, size))
        const alone = sums.map((sum) => table.analogy(sum, options).toArray())
        expect(plain(table.analogyBatch(sums, options))).toEqual(alone)
        expect(table.gather(list(0, size))).toEqual(before)
        expect(sums.slice(0, 2).map((sum) => table.analogy(sum, options).toArray())).toEqual(
          alone.slice(0, 2),
        )
      }
    },
  )

  test('its blocks of codes begin at whole words of the mask, whatever a row takes', async () => {
    // 131,072 bytes are 655 rows of 200 codes, 546 of 240, 315 of 416, 163 of 800
    for (const dimension of [200, 237, 411, 800]) {
      const { flat, size } = makeTable(1700, dimension, 'plain', dimension)
      using coded = await EmbeddingTable.from(flat, { dimension, codes: 'int8' })
      using bare = await EmbeddingTable.from(flat, { dimension, codes: false })
      const random = randomNumbers(dimension)
      const passing = Array.from({ length: size }, () => random() < 0.5)
      const filter = coded.idSet((id) => passing[id]!)
      const options = { metric: 'dot', k: 25, filter } as const
      const ids = [1, 2, 3, 4, 5]
      expect(plain(coded.nearestBatch(ids, options))).toEqual(plain(bare.nearestBatch(ids, options)))
    }
  })
})
