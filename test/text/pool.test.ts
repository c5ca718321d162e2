/** Pooled vectors against the oracle, to the bit; tables of every type, bags of every length. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { embed, pool, sifWeights } from '../../src/text.ts'
import { expectFloats } from '../oracle/expect.ts'
import { inverseNorm } from '../oracle/float32.ts'
import { makeTable, randomNumbers } from '../oracle/tables.ts'

const { fround } = Math

/** Float32 sums in order, times the factor. */
function poolOne(
  rows: readonly Float32Array[],
  ids: readonly number[],
  {
    weights,
    normalize,
    columns,
    count,
  }: { weights: Float32Array | undefined; normalize: boolean; columns: number; count: boolean },
): number[] {
  const sum = new Array<number>(columns).fill(0)
  let total = 0
  for (const id of ids) {
    const weight = weights?.[id] ?? 1
    total += count ? 1 : Math.abs(weight)
    for (let i = 0; i < columns; i++) sum[i] = fround(sum[i]! + fround(rows[id]![i]! * weight))
  }
  const factor = normalize ? inverseNorm(sum) : fround(1 / (total || 1))
  return sum.map((value) => fround(value * factor))
}

const cases = fc.record({
  size: fc.integer({ min: 1, max: 60 }),
  dimension: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(100, 256, 300)),
  dtype: fc.constantFrom('f32' as const, 'bf16' as const, 'f16' as const, 'int8' as const),
  kind: fc.constantFrom('plain' as const, 'grid' as const, 'model' as const),
  seed: fc.integer({ min: 0, max: 2 ** 30 }),
  bags: fc.integer({ min: 0, max: 80 }),
  longest: fc.constantFrom(0, 1, 20, 300),
  weighted: fc.boolean(),
  normalize: fc.boolean(),
  count: fc.boolean(),
  cut: fc.double({ min: 0, max: 1, noNaN: true }),
})

test('any bags of any table', async () => {
  await fc.assert(
    fc.asyncProperty(
      cases,
      async ({ size, dimension, dtype, kind, seed, bags, longest, weighted, normalize, count, cut }) => {
        const { flat } = makeTable(size, dimension, kind, seed)
        const table = await EmbeddingTable.from(flat, { dimension, dtype })
        const rows = Array.from({ length: size }, (_, id) => table.row(id))
        const random = randomNumbers(seed + 3)
        const list = Array.from({ length: bags }, () =>
          Array.from({ length: Math.floor(random() * (longest + 1)) }, () => Math.floor(random() * size)),
        )
        const weights = weighted ? Float32Array.from({ length: size }, () => random() * 3 - 1) : undefined
        const columns = Math.max(1, Math.round(cut * dimension))
        const divisor = count ? ('count' as const) : ('weights' as const)
        const pooled = pool(table, list, { weights, normalize, dimension: columns, divisor })
        expectFloats(
          pooled,
          list.flatMap((ids) => poolOne(rows, ids, { weights, normalize, columns, count })),
        )
        // a search afterwards finds the queries' padding as it left it
        const query = rows.findIndex((row) => row.some(Boolean))
        if (query >= 0)
          expect(table.nearest(query, { k: 1, includeInputs: true }).at(0)!.cosine).toBeGreaterThan(0.999)
      },
    ),
    { numRuns: 150 },
  )
})

test('a bag longer than the scratch', async () => {
  const { flat, rows } = makeTable(7, 33, 'plain', 2)
  const table = await EmbeddingTable.from(flat, { dimension: 33 })
  const long = Array.from({ length: 40_000 }, (_, i) => (i * 5) % 7)
  const list = [[1, 2], long, [3], long.slice(0, 8100)]
  const options = { weights: undefined, normalize: false, columns: 33, count: false }
  expectFloats(
    pool(table, list),
    list.flatMap((ids) => poolOne(rows, ids, options)),
  )
  expectFloats(
    pool(table, list, { normalize: true }),
    list.flatMap((ids) => poolOne(rows, ids, { ...options, normalize: true })),
  )
})

test('sums that float32 cannot hold have length 1 all the same', async () => {
  const table = await EmbeddingTable.from([3e38, 0, 3e38, 3e38, 1e-30, 1e-30], { dimension: 2 })
  const pooled = pool(
    table,
    [
      [0, 1],
      [2, 2],
    ],
    { normalize: true },
  )
  const [a, b] = [6 / Math.hypot(6, 3), 3 / Math.hypot(6, 3)]
  for (const [index, value] of [a, b, Math.SQRT1_2, Math.SQRT1_2].entries())
    expect(pooled[index]).toBeCloseTo(value, 6)
})

test('of such sums the weights count, and the first coordinates; a sum of zeros stays zeros', async () => {
  const table = await EmbeddingTable.from([3e38, 2e38, 1, 3e38, -3e38, 2, -3e38, -2e38, -1], { dimension: 3 })
  const weighted = pool(table, [[0, 0, 1]], { normalize: true, weights: [2, 3, 1], dimension: 2 })
  const sum = [4 * 3 + 3 * 3, 4 * 2 - 3 * 3]
  const length = Math.hypot(...sum)
  for (const [index, value] of sum.entries()) expect(weighted[index]).toBeCloseTo(value / length, 6)
  const opposite = [0, 0, 2, 2]
  expect([...pool(table, [opposite, [1]], { normalize: true, dimension: 1 })]).toEqual([0, 1])
})

describe('by hand', () => {
  const TOKENS = ['the', 'cat', 'dog', 'Cat']
  const made = () => EmbeddingTable.from([1, 1, 2, 0, 0, 2, 5, 5], { dimension: 2, tokens: TOKENS })

  test('texts: unknown tokens are left out, none gives zeros', async () => {
    const table = await made()
    expect([...embed(table, ['the cat, xyzzy', 'cat DOG', '', 'xyzzy'])]).toEqual([
      1.5, 0.5, 1, 1, 0, 0, 0, 0,
    ])
    expect([...embed(table, 'Cat')]).toEqual([5, 5])
  })
  test('the first tokens alone', async () => {
    expect([...embed(await made(), 'cat dog dog', { maxTokens: 2 })]).toEqual([1, 1])
  })
  test('a tokenizer of one’s own, and a table without tokens', async () => {
    const table = await EmbeddingTable.from([1, 2, 3, 4], { dimension: 2 })
    const tokenizer = { idsOf: (text: string) => [...text].map((letter) => letter.charCodeAt(0) - 97) }
    expect([...embed(table, 'ab', { tokenizer })]).toEqual([2, 3])
    expect(() => embed(table, 'ab')).toThrow('no tokens')
  })
  test('a centre is taken away before a vector is scaled', async () => {
    const table = await made()
    expect([...pool(table, [[1, 2], []], { centre: [1, 0], normalize: true })]).toEqual([0, 1, 0, 0])
    expect([...pool(table, [[1, 2]], { centre: [1, 0.5] })]).toEqual([0, 0.5])
    const [x, y] = pool(table, [[3]], { centre: [2, 1], normalize: true })
    expect([x, y]).toEqual([3, 4].map((value) => fround(value / 5)))
  })
  test('weights by rank: common rows count for less', () => {
    const weights = sifWeights(1000)
    expect(weights.length).toBe(1000)
    for (let id = 1; id < 1000; id++) expect(weights[id]!).toBeGreaterThan(weights[id - 1]!)
    const sum = Array.from({ length: 2 }, (_, i) => 1 / (i + 2)).reduce((a, b) => a + b)
    expect(sifWeights(2, 0.5)[0]).toBe(fround(0.5 / (0.5 + 1 / 2 / sum)))
  })

  test.each<[string, (table: EmbeddingTable) => unknown, string, string]>([
    ['an id out of range', (t) => pool(t, [[0, 4]]), 'ID_OUT_OF_RANGE', 'id 4'],
    ['an id that is none', (t) => pool(t, [[0.5]]), 'ID_OUT_OF_RANGE', '0.5'],
    ['a bag that is none', (t) => pool(t, [3 as unknown as number[]]), 'INVALID_ARGUMENT', 'bag 0 is 3'],
    ['no list of bags', (t) => pool(t, 3 as unknown as number[][]), 'INVALID_ARGUMENT', 'got 3'],
    ['weights too few', (t) => pool(t, [], { weights: [1] }), 'LENGTH_MISMATCH', 'needs 4 numbers; got 1'],
    [
      'a weight that is not finite',
      (t) => pool(t, [[2]], { weights: [1, 1, 1e39, 1] }),
      'INVALID_ARGUMENT',
      'row 2',
    ],
    ['too many coordinates', (t) => pool(t, [], { dimension: 3 }), 'INVALID_ARGUMENT', 'at most 2'],
    ['no coordinates', (t) => pool(t, [], { dimension: 0 }), 'INVALID_ARGUMENT', '≥ 1'],
    ['an odd divisor', (t) => pool(t, [], { divisor: 'none' as 'count' }), 'INVALID_ARGUMENT', 'none'],
    ['a centre of another length', (t) => pool(t, [], { centre: [1] }), 'LENGTH_MISMATCH', 'centre needs 2'],
    [
      'texts that are none',
      (t) => embed(t, [1 as unknown as string]),
      'INVALID_ARGUMENT',
      'every text must be a string; text 0 is',
    ],
    [
      'a centre that is not finite',
      (t) => pool(t, [], { centre: [1, Number.NaN] }),
      'INVALID_ARGUMENT',
      'number of centre 1 is NaN',
    ],
    ['no table', () => pool(undefined as never, []), 'INVALID_ARGUMENT', 'got undefined'],
    ['no table for texts', () => embed(null as never, 'a'), 'INVALID_ARGUMENT', 'got null'],
    [
      'a tokenizer that is none',
      (t) => embed(t, 'a', { tokenizer: {} as never }),
      'INVALID_ARGUMENT',
      'got Object',
    ],
    [
      'a tokenizer that gives nothing',
      (t) => embed(t, 'a', { tokenizer: { idsOf: () => undefined as never }, maxTokens: 1 }),
      'INVALID_ARGUMENT',
      'bag 0 is undefined',
    ],
    ['no list', (t) => embed(t, 5 as unknown as string), 'INVALID_ARGUMENT', 'got 5'],
    ['null for texts', (t) => embed(t, null as never), 'INVALID_ARGUMENT', 'got null'],
    [
      'null for a tokenizer',
      (t) => embed(t, 'a', { tokenizer: null as never }),
      'INVALID_ARGUMENT',
      'got null',
    ],
    ['maxTokens below 0', (t) => embed(t, '', { maxTokens: -1 }), 'INVALID_ARGUMENT', '-1'],
    ['weights of no rows', () => sifWeights(3, 0), 'INVALID_ARGUMENT', 'above 0'],
  ])('%s', async (_, attempt, code, message) => {
    const table = await made()
    await expect((async () => attempt(table))()).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
  })
  test('an error says which of the texts is none', async () => {
    const table = await made()
    expect(() => embed(table, ['cat', 'dog', 7 as never])).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', details: { index: 2 } }),
    )
  })
  test('a table that was disposed of', async () => {
    const table = await made()
    table.dispose()
    expect(() => pool(table, [[0]])).toThrow('disposed')
  })
})
