/** Codes may only rule out rows that are not in the answer: with and without them, the same bits. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EmbeddingTable } from '../../src/table.ts'
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
  })
  await fc.assert(
    fc.asyncProperty(questions, async ({ size, dimension, kind, seed, metric, share }) => {
      const made = hardTable(size, dimension, kind, seed)
      const query = hardQuery(made, seed)
      using table = await EmbeddingTable.from(made.flat, { dimension, codes: true })
      const k = 1 + Math.floor((share * size) / 16)
      expectMatches(table.nearest(query, { k, metric }), searchAll(made.rows, query, { k, metric }))
      const exclude = [0, size >> 1, size - 1]
      const allowed = (id: number) => id % 3 !== 1 && !exclude.includes(id)
      const filter = table.select((id) => id % 3 !== 1)
      expectMatches(
        table.nearest(query, { k, metric, exclude, filter }),
        searchAll(made.rows, query, { k, metric, allowed }),
      )
    }),
    { numRuns: 120 },
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
      expect(coded.rescored).toBeGreaterThanOrEqual(k)
      expect(coded.rescored).toBeLessThan(k === 1000 ? 10_000 : 400)
      expect(answer.toArray()).toEqual(bare.nearest(query, { k, metric }).toArray())
      expect(bare.rescored).toBe(0)
    }
  }
})

test('where the codes rule nothing out, the rows are scanned as they are', async () => {
  const size = 12_000
  const made = hardTable(size, 16, 'rising', 3)
  using table = await EmbeddingTable.from(made.flat, { dimension: 16, codes: true })
  const query = made.rows[0]!.map((value, j) => value + made.rows[1]![j]!)
  const answer = table.nearest(query, { k: 20, metric: 'dot' })
  expectMatches(answer, searchAll(made.rows, query, { k: 20, metric: 'dot' }))
  expect(table.rescored).toBeLessThan(size)
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
    using coded = await EmbeddingTable.from(flat, { dimension: 2, codes: true })
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
