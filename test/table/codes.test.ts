/** Codes may only rule out rows that are not in the answer: with and without them, the same bits. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SearchOptions } from '../../src/core/options.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { expectMatches } from '../oracle/expect.ts'
import { HARD, hardQuery, hardTable } from '../oracle/hard-tables.ts'
import { searchAll } from '../oracle/search.ts'
import { METRICS, makeQuery, makeTable, randomNumbers } from '../oracle/tables.ts'

test('every kind of table answers as the oracle does', async () => {
  const questions = fc.record({
    // 1024 rows are a block, 8192 a trial
    size: fc.oneof(fc.integer({ min: 16, max: 300 }), fc.integer({ min: 1000, max: 2300 })),
    dimension: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(100, 128)),
    kind: fc.constantFrom(...HARD),
    seed: fc.integer({ min: 0, max: 2 ** 30 }),
    metric: fc.constantFrom(...METRICS),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    codes: fc.constantFrom('int8' as const, 'int4' as const),
  })
  await fc.assert(
    fc.asyncProperty(questions, async ({ size, dimension, kind, seed, metric, share, codes }) => {
      const made = hardTable(size, dimension, kind, seed)
      const query = hardQuery(made, seed)
      using table = await EmbeddingTable.from(made.flat, { dimension, codes })
      const k = 1 + Math.floor((share * size) / 16)
      expectMatches(table.nearest(query, { k, metric }), searchAll(made.rows, query, { k, metric }))
      const exclude = [0, size >> 1, size - 1]
      const allowed = (id: number) => id % 3 !== 1 && !exclude.includes(id)
      const filter = table.idSet((id) => id % 3 !== 1)
      expectMatches(
        table.nearest(query, { k, metric, exclude, filter }),
        searchAll(made.rows, query, { k, metric, allowed }),
      )
    }),
    { numRuns: 200 },
  )
})

test('a large table gets codes by itself, and most rows are ruled out by them', async () => {
  const { flat, dimension } = makeTable(20_000, 64, 'plain', 5)
  using coded = await EmbeddingTable.from(flat, { dimension })
  using bare = await EmbeddingTable.from(flat, { dimension, codes: false })
  expect([coded.codes, bare.codes]).toEqual(['int8', 'none'])
  for (const metric of METRICS) {
    for (const k of [1, 10, 1000]) {
      const query = makeQuery(dimension, 'plain', k)
      const answer = coded.nearest(query, { k, metric })
      expect(answer.stats.rescored).toBeGreaterThanOrEqual(k)
      expect(answer.stats.rescored).toBeLessThan(k === 1000 ? 10_000 : 400)
      const plain = bare.nearest(query, { k, metric })
      expect(answer.toArray()).toEqual(plain.toArray())
      expect(plain.stats).toEqual({ rescored: 0 })
    }
  }
})

test.each(['int8', 'int4'] as const)(
  'where %s codes rule nothing out, the rows are scanned as they are',
  async (codes) => {
    const size = 12_000
    const made = hardTable(size, 16, 'rising', 3)
    using table = await EmbeddingTable.from(made.flat, { dimension: 16, codes })
    const query = made.rows[0]!.map((value, j) => value + made.rows[1]![j]!)
    const answer = table.nearest(query, { k: 20, metric: 'dot' })
    expectMatches(answer, searchAll(made.rows, query, { k: 20, metric: 'dot' }))
    expect(answer.stats.rescored).toBeLessThan(size)
  },
)

test('rows that 4 bits tell apart get codes of 4 bits, others of 8', async () => {
  const size = 17_000
  const dimension = 496
  const random = randomNumbers(3)
  const even = Float32Array.from({ length: size * dimension }, () => random() + random() + random() - 1.5)
  // a hundred rows about each of two hundred centres
  const clustered = even.map((value, at) => value / 4 + even[at % (200 * dimension)]!)
  for (const [rows, codes] of [
    [even, 'int8'],
    [clustered, 'int4'],
  ] as const) {
    for (const dtype of ['f32', 'bf16'] as const) {
      using table = await EmbeddingTable.from(rows, { dimension, dtype })
      expect(table.codes).toBe(codes)
      const query = table.row(77)
      const matches = table.nearest(query, { k: 10 })
      expect(matches.stats.rescored).toBeLessThan(size / 100)
      using bare = await EmbeddingTable.from(rows, { dimension, dtype, codes: false })
      expect(matches.toArray()).toEqual(bare.nearest(query, { k: 10 }).toArray())
    }
  }
})

test.each(METRICS)(
  'int8 rows with scales of either sign, or all below 0, are ruled out rightly by %s',
  async (metric) => {
    const [size, dimension] = [3000, 128]
    const random = randomNumbers(17)
    for (const sign of [() => -1, () => (random() < 0.5 ? -1 : 1)]) {
      const codes = Int8Array.from({ length: size * dimension }, () => random() * 7 - 3)
      const scales = Float32Array.from({ length: size }, () => sign() * (0.5 + random() / 1000))
      const rows = { dimension, dtype: 'int8', scales } as const
      using coded = await EmbeddingTable.from(codes, { ...rows, codes: true })
      using bare = await EmbeddingTable.from(codes, { ...rows, codes: false })
      for (let round = 0; round < 20; round++) {
        // one wide column leaves few levels for the others: what the query loses decides
        const query = makeQuery(dimension, 'plain', round)
        query[round] = 300
        expectMatches(
          coded.nearest(query, { k: 180, metric }),
          bare.nearest(query, { k: 180, metric }).toArray(),
        )
      }
    }
  },
)

test.each(['int8', 'int4'] as const)(
  'products of 1,024 numbers as large as they get find the twin, %s',
  async (codes) => {
    const [size, dimension] = [2000, 1024]
    const random = randomNumbers(31)
    // every code is ±127, and so is every number of the query at its largest: their product would pass 2^31
    const rows = Float32Array.from({ length: size * dimension }, () => (random() < 0.5 ? -1 : 1))
    using table = await EmbeddingTable.from(rows, { dimension, codes })
    for (const metric of METRICS) {
      for (const id of [0, 777, size - 1]) {
        const options = { metric, k: 1, includeInputs: true }
        expect([...table.nearest(id, options).ids]).toEqual([id])
        const batch = table.nearestBatch([id, id, table.row(id).map((value) => value * 3)], options)
        expect(batch.map(({ ids }) => [...ids])).toEqual([[id], [id], [id]])
      }
    }
  },
)

test.each(['int8', 'int4'] as const)(
  'a query too long or short for float32 bounds scores all rows, %s',
  async (codes) => {
    const { flat, rows, dimension } = makeTable(2000, 33, 'plain', 5)
    using coded = await EmbeddingTable.from(flat, { dimension, codes })
    using bare = await EmbeddingTable.from(flat, { dimension, codes: false })
    for (const metric of METRICS) {
      for (const factor of [2 ** 75, 2 ** 110, 2 ** -60, 2 ** -120, 2 ** -149]) {
        const query = rows[9]!.map((value) => value * factor)
        query[0] ||= factor
        const options = { metric, k: 20 }
        const answer = coded.nearest(query, options)
        expectMatches(answer, bare.nearest(query, options).toArray())
        expect(answer.stats.rescored).toBe(0)
        const [first, second] = coded.nearestBatch([query, rows[9]!], options)
        expectMatches(first!, bare.nearest(query, options).toArray())
        expectMatches(second!, bare.nearest(rows[9]!, options).toArray())
      }
    }
  },
)

test('where few rows pass a filter, they are read without their codes', async () => {
  const { flat, dimension, size } = makeTable(4000, 32, 'plain', 12)
  using table = await EmbeddingTable.from(flat, { dimension, codes: 'int8' })
  const DOT = { metric: 'dot', k: 5 } as const
  const some = (step: number) => table.idSet((id) => id % step === 0)
  const rescored = (options: SearchOptions) => table.nearest(1, { ...DOT, ...options }).stats.rescored
  expect(rescored({ filter: some(8) })).toBeGreaterThanOrEqual(5)
  expect(rescored({ filter: some(9) })).toBe(0)
  // nor where most rows are wanted
  expect(rescored({ k: size / 16, includeInputs: true })).toBeGreaterThanOrEqual(size / 16)
  expect(rescored({ k: size / 16 + 1, includeInputs: true })).toBe(0)
})

test('rows of more columns than the bounds hold for get no codes', async () => {
  for (const [dimension, codes] of [
    [65_536, 'int8'],
    [65_537, 'none'],
  ] as const) {
    using table = await EmbeddingTable.from(new Float32Array(2 * dimension).fill(1), {
      dimension,
      codes: true,
    })
    expect(table.codes).toBe(codes)
  }
})

test('codes are given by name, or rejected', async () => {
  for (const [codes, expected] of [
    ['int8', 'int8'],
    ['int4', 'int4'],
    [true, 'int8'],
    [false, 'none'],
    [undefined, 'none'],
  ] as const) {
    using table = await EmbeddingTable.from([1, 0, 0, 1], { dimension: 2, codes })
    expect(table.codes).toBe(expected)
  }
  using own = await EmbeddingTable.from(Int8Array.of(1, 2), {
    dimension: 2,
    dtype: 'int8',
    scales: [1],
    codes: 'int4',
  })
  expect(own.codes).toBe('int8')
  for (const codes of ['int2', 4, null]) {
    await expect(EmbeddingTable.from([1, 0], { dimension: 2, codes: codes as never })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `codes must be true, false, 'int8' or 'int4'; got ${typeof codes === 'string' ? `"${codes}"` : codes}.`,
    })
  }
})

test('norms that float32 bounds cannot be trusted with leave a table without codes', async () => {
  const { flat, dimension } = makeTable(64, 16, 'plain', 9)
  flat.fill(1e30, 16, 32)
  using table = await EmbeddingTable.from(flat, { dimension, codes: true })
  expect(table.codes).toBe('none')
})

test('a bound that leaves out part of what the codes lose would lose the answer', async () => {
  // One row in ten widens the second column so far that the others' values there vanish in the codes: their order is
  // all in the residuals, and with the query along that column |e·u| is ||e||·||u||, the bound itself. How far the
  // nearest level of the codes is depends on the mean, so that is moved step by step.
  const random = randomNumbers(17)
  const size = 2000
  for (let wide = -100; wide > -103; wide -= 0.2) {
    const flat = new Float32Array(size * 2)
    for (let id = 0; id < size; id++) {
      flat[2 * id] = id % 2 === 0 ? 100 : -100
      flat[2 * id + 1] = id % 10 === 0 ? wide : random() / 20
    }
    using coded = await EmbeddingTable.from(flat, { dimension: 2, codes: 'int8' })
    using bare = await EmbeddingTable.from(flat, { dimension: 2, codes: false })
    for (const k of [1, 2, 10]) {
      const answer = coded.nearest([0, 1], { k, metric: 'dot' })
      expect(answer.toArray()).toEqual(bare.nearest([0, 1], { k, metric: 'dot' }).toArray())
    }
    expect(coded.codes).toBe('int8')
  }
})

test('a bound that leaves out what rounding the query loses would lose the answer', async () => {
  // Rows of ±1 are coded without loss. The query's second number is just under half a step of its 16 bits and so is
  // rounded away; it alone puts row 5 before row 0.
  const size = 1024
  const flat = new Float32Array(size * 2)
  const rows: [number, number][] = [
    [1.00002, -1],
    [-1.00002, 1],
  ]
  for (let id = 0; id < size; id++)
    flat.set(
      rows[id] ?? (id === 5 ? [1, 1] : id === 6 ? [-1, -1] : [id % 2 ? 1 : -1, id % 2 ? -1 : 1]),
      2 * id,
    )
  using coded = await EmbeddingTable.from(flat, { dimension: 2, codes: true })
  const answer = coded.nearest([1, 0.49 / 32766], { k: 1, metric: 'dot' })
  expect(answer.ids[0]).toBe(5)
})

test('a bound that leaves out part of what 4-bit codes lose would lose the answer', async () => {
  // In one dimension each row is its own widest number, which is cut off: the bound of a row above the mean is its very score.
  const size = 1100
  const flat = Float32Array.from({ length: size }, (_, id) =>
    id < size / 2 ? -10 - id / size : 10 + id / size,
  )
  using coded = await EmbeddingTable.from(flat, { dimension: 1, codes: 'int4' })
  using bare = await EmbeddingTable.from(flat, { dimension: 1, codes: false })
  for (const k of [1, 2, 10]) {
    const answer = coded.nearest([1], { k, metric: 'dot' })
    expect(answer.toArray()).toEqual(bare.nearest([1], { k, metric: 'dot' }).toArray())
    expect(answer.ids[0]).toBe(size - 1)
  }
})

test('a bound that leaves out what rounding the query for 4-bit codes loses would lose the answer', async () => {
  // All but the query's first number are just under half a step of its 11 bits and so rounded away; they alone put row 1500 before row
  // 0. The first number of both is cut off, the others lie on levels: so their residuals have nothing left to make up for them.
  const size = 2048
  const dimension = 9
  const flat = new Float32Array(size * dimension)
  for (let id = 0; id < size; id++) {
    const row = flat.subarray(id * dimension, (id + 1) * dimension)
    for (let j = 1; j < dimension; j++) row[j] = (j + (id >> 1)) % 2 === 0 ? 1 : -1
    row[0] = id % 2 === 0 ? 1 : -1
    if (id === 0) row.set(row.map((value, j) => (j === 0 ? 1.0008 : (value * 13) / 16.5)))
    if (id === 1500) row.fill(13 / 16.5)[0] = 1
  }
  const query = new Float32Array(dimension).fill(0.49 / 1927)
  query[0] = 1
  using coded = await EmbeddingTable.from(flat, { dimension, codes: 'int4' })
  const answer = coded.nearest(query, { k: 1, metric: 'dot' })
  expect(answer.ids[0]).toBe(1500)
})
