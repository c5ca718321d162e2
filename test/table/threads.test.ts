/** Several threads answer as one does, to the bit, in Node and on isolated pages. */
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { loadCore } from '../../src/table/load-core.ts'
import { expectMatches } from '../oracle/expect.ts'
import { HARD, hardQuery, hardTable } from '../oracle/hard-tables.ts'
import { searchAll } from '../oracle/search.ts'
import { METRICS, makeTable, randomNumbers } from '../oracle/tables.ts'

afterEach(() => vi.unstubAllGlobals())

/** Workers start a little after the table is made. */
async function started(table: EmbeddingTable, threads: number) {
  await vi.waitFor(() => expect(table.threads).toBe(threads), { timeout: 10_000, interval: 2 })
}

const searches = fc.record({
  threads: fc.integer({ min: 2, max: 4 }),
  // over 1 MiB, so that the threads are used
  size: fc.integer({ min: 4300, max: 9500 }),
  dimension: fc.constantFrom(64, 100, 130),
  kind: fc.constantFrom(...HARD),
  dtype: fc.constantFrom('f32' as const, 'bf16' as const, 'f16' as const, 'int8' as const),
  codes: fc.constantFrom(false, 'int8' as const, 'int4' as const),
  seed: fc.integer({ min: 0, max: 2 ** 30 }),
  metric: fc.constantFrom(...METRICS),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  k: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constant(1000)),
})

test('any question on any table', async () => {
  await fc.assert(
    fc.asyncProperty(searches, async ({ threads, size, dimension, kind, dtype, codes, ...given }) => {
      const { seed, metric, share, k } = given
      const made = hardTable(size, dimension, kind, seed)
      const most = dtype === 'f16' ? 6e4 : 3e38
      const flat = made.flat.map((value) => Math.max(-most, Math.min(most, value)))
      using one = await EmbeddingTable.from(flat, { dimension, dtype, codes })
      using many = await EmbeddingTable.from(flat, { dimension, dtype, codes, threads })
      const queries = Array.from({ length: 4 }, (_, index) => hardQuery(made, seed + index))
      const random = randomNumbers(seed + 5)
      const passing = Array.from({ length: size }, () => random() < share || share > 0.5)
      const filter = one.idSet((id) => passing[id]!)
      const options = { k, metric, filter, exclude: [Math.floor(random() * size)] }
      const expected = queries.map((query) => one.nearest(query, options).toArray())
      // at once, when no worker has started, and then with all of them
      expectMatches(many.nearest(queries[0]!, options), expected[0]!)
      await started(many, threads)
      for (const [index, query] of queries.entries()) {
        expectMatches(many.nearest(query, options), expected[index]!)
      }
      for (const [index, answer] of many.nearestBatch(queries, options).entries()) {
        expectMatches(answer, expected[index]!)
      }
      const allowed = (id: number) => filter.has(id) && id !== options.exclude[0]
      const rows = Array.from({ length: size }, (_, id) => one.row(id))
      expectMatches(many.nearest(queries[0]!, options), searchAll(rows, queries[0]!, { k, metric, allowed }))
    }),
    { numRuns: 12 },
  )
}, 60_000)

test.each(['int8', 'int4'] as const)(
  'thousands of questions in a row, ties by the thousand among them, %s',
  async (codes) => {
    const { flat } = makeTable(9000, 32, 'grid', 3)
    using one = await EmbeddingTable.from(flat, { dimension: 32, codes: false })
    using many = await EmbeddingTable.from(flat, { dimension: 32, codes, threads: 3 })
    await started(many, 3)
    for (let id = 0; id < 1000; id++) {
      const query = id % 2 === 0 ? one.row(id) : Float32Array.from(one.row(id), (value) => value + 0.5)
      const options = {
        metric: query.some((value) => value !== 0) ? METRICS[id % METRICS.length]! : 'dot',
      } as const
      expectMatches(many.nearest(query, options), one.nearest(query, options).toArray())
    }
  },
)

test('a score that threads shared for one question rules nothing out for the next, whose scores are lower', async () => {
  const { flat, rows } = makeTable(20_000, 64, 'plain', 3)
  using many = await EmbeddingTable.from(flat, { dimension: 64, codes: 'int8', threads: 2 })
  using one = await EmbeddingTable.from(flat, { dimension: 64, codes: 'int8' })
  await started(many, 2)
  for (const factor of [1, 1000, 1, 0.001]) {
    const query = rows[5]!.map((value) => value * factor)
    const expected = one.nearest(query, { metric: 'dot' }).toArray()
    expectMatches(many.nearest(query, { metric: 'dot' }), expected)
    for (const answer of many.nearestBatch([query, query], { metric: 'dot' })) expectMatches(answer, expected)
  }
})

test('rows that other threads scored in full count as well', async () => {
  // equal rows cannot be ruled out; up to 8,192 of them no thread gives up on its codes
  const [size, dimension] = [8000, 160]
  const row = Float32Array.from({ length: dimension }, (_, j) => Math.sin(j + 1))
  const flat = new Float32Array(size * dimension)
  for (let id = 0; id < size; id++) flat.set(row, id * dimension)
  using many = await EmbeddingTable.from(flat, { dimension, codes: 'int8', threads: 2 })
  await started(many, 2)
  for (let round = 0; round < 50; round++) {
    const { ids, stats } = many.nearest(row, { k: 3 })
    expect([...ids]).toEqual([0, 1, 2])
    expect(stats.rescored).toBe(size)
  }
})

test('where memory cannot be shared there is one thread, and the same answer', async () => {
  vi.stubGlobal('SharedArrayBuffer', undefined)
  using table = await EmbeddingTable.from([1, 0, 0, 1], { dimension: 2, threads: 4 })
  expect(table.threads).toBe(1)
  expect([...table.nearest([1, 0]).ids]).toEqual([0, 1])
})

test('a compiled core searches by one thread', async () => {
  using one = await EmbeddingTable.from([1, 0], { dimension: 2, threads: 2, core: await loadCore() })
  expect(one.threads).toBe(1)
  expect([...one.nearest([1, 0]).ids]).toEqual([0])
})

test('small tables get one by themselves', async () => {
  using table = await EmbeddingTable.from([1, 0], { dimension: 2, threads: 'auto' })
  expect([...table.nearest([1, 0]).ids]).toEqual([0])
  expect(table.threads).toBe(1)
})

test.each([0, -1, 1.5, 129, Number.NaN, '2', null])('threads: %s is rejected', async (threads) => {
  await expect(
    EmbeddingTable.from([1, 0], { dimension: 2, threads: threads as number }),
  ).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: `threads must be 'auto' or an integer from 1 to 128; got ${typeof threads === 'string' ? `"${threads}"` : threads}.`,
  })
})

test('a table that is disposed of answers no more', async () => {
  const table = await EmbeddingTable.from([1, 0], { dimension: 2, threads: 2 })
  table.dispose()
  table.dispose()
  expect(() => table.threads).toThrow(expect.objectContaining({ code: 'DISPOSED' }))
})
