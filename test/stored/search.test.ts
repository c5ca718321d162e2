/** Searches of rows that stay where they lie: the answers of a table in memory, to the bit. */
import { describe, expect, test } from 'vitest'
import { readSafetensorsHeader } from '../../src/formats/safetensors/header.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { HARD, hardQuery, hardTable } from '../oracle/hard-tables.ts'
import {
  fillVector,
  KINDS,
  type Kind,
  METRICS,
  makeQuery,
  makeTable,
  randomNumbers,
} from '../oracle/tables.ts'
import { bothOf, expectSame, fileOf, indexOf } from './both.ts'

const CODES = ['int8', 'int4'] as const

describe.each(CODES)('by codes of %s', (codes) => {
  test.each([...new Set([...HARD, ...KINDS])])('rows that are %s', async (kind) => {
    const hard = HARD.find((name) => name === kind)
    const made = hard ? hardTable(3000, 40, hard, 5) : makeTable(3000, 40, kind as Kind, 5)
    const { stored, table } = await bothOf(made, { codes })
    for (let index = 0; index < 8; index++) {
      const query = hard ? hardQuery(made, index) : makeQuery(40, kind as Kind, index)
      for (const metric of METRICS) {
        for (const k of [1, 10, 200]) {
          expectSame(await stored.nearest(query, { metric, k }), table.nearest(query, { metric, k }))
        }
      }
    }
    await stored.close()
    table.dispose()
  })
})

test('questions of every kind, single and in batches', async () => {
  const made = makeTable(5000, 33, 'model', 9)
  const { stored, table } = await bothOf(made)
  const vector = makeQuery(33, 'model', 3)
  const [last] = [4999, 4998, 4997, 4996].filter((id) => made.rows[id]!.some((value) => value !== 0))
  const queries = [5, 'token 9', vector, last!, [...vector].reverse()]
  const even = table.idSet((id) => id % 2 === 0)
  const several = [
    {},
    { k: 0 },
    { k: 5000 },
    { k: 4000 },
    { k: 2400 },
    { k: 4000, exclude: [9, 'token 10'], filter: even },
    { metric: 'dot', includeInputs: true },
    { minScore: 0.9 },
    { minScore: 2 },
    { exclude: [1, 'token 2', 5] },
    { filter: even, k: 20 },
    { filter: (id: number, token: string | undefined) => id > 4990 && token !== 'token 4995', k: 100 },
  ] as const
  for (const options of several) {
    const expected = table.nearestBatch(queries, options)
    const actual = await stored.nearestBatch(queries, options)
    for (const [index, answer] of actual.entries()) expectSame(answer, expected[index]!)
    expectSame(await stored.nearest('token 9', options), table.nearest('token 9', options))
    const sum = { positive: ['token 1', ['token 2', 0.5]], negative: [3] } as const
    expectSame(await stored.analogy(sum, options), table.analogy(sum, options))
    const batch = await stored.analogyBatch([sum, { positive: [8] }], { ...options, normalize: true })
    const same = table.analogyBatch([sum, { positive: [8] }], { ...options, normalize: true })
    for (const [index, answer] of batch.entries()) expectSame(answer, same[index]!)
  }
  await stored.close()
})

test('the rows of a sum are left out in whatever order they are named, and once', async () => {
  const { stored, table } = await bothOf(makeTable(400, 24, 'grid', 3))
  const sums = [{ positive: [87, 37, 'token 49', 87, 37] }, { positive: [5, 3, 1, 2, 4], negative: [0] }]
  for (const k of [1, 10, 400]) {
    const expected = table.analogyBatch(sums, { k })
    const actual = await stored.analogyBatch(sums, { k })
    for (const [index, answer] of actual.entries()) expectSame(answer, expected[index]!)
  }
  await stored.close()
})

test('more rows with one score than a list holds', async () => {
  const size = 70_000
  const made = makeTable(size, 16, 'plain', 2)
  for (const row of made.rows.slice(0, 3)) fillVector(row, 'plain', randomNumbers(row.byteOffset + 1))
  // thousands of equal rows, and twins that differ in their last bit
  for (let id = 0; id < size; id++) if (id % 3 > 0) made.rows[id]!.set(made.rows[id % 3]!)
  // the best of all comes when the list is full
  made.rows[size - 9]!.set(made.rows[1]!.map((value) => value * 1.001))
  for (const codes of CODES) {
    const { stored, table } = await bothOf(made, { codes })
    for (const k of [1, 10, 100]) {
      expectSame(await stored.nearest(1, { k }), table.nearest(1, { k }))
      expectSame(await stored.nearest(1, { k, metric: 'dot' }), table.nearest(1, { k, metric: 'dot' }))
    }
    const [first, second] = await stored.nearestBatch([1, 7])
    expectSame(first!, table.nearest(1))
    expectSame(second!, table.nearest(7))
    await stored.close()
  }
})

test('the minimum score is rounded as scores are', async () => {
  const { stored, table } = await bothOf(makeTable(500, 16, 'plain', 6))
  const third = table.nearest(2).cosines[2]!
  for (const minScore of [third, third + 1e-12, third - 1e-12]) {
    expectSame(await stored.nearest(2, { minScore }), table.nearest(2, { minScore }))
  }
  await stored.close()
})

test('rows that no bound can be trusted with are ruled out by none', async () => {
  const made = makeTable(400, 16, 'edge', 6)
  const index = await indexOf(fileOf(made))
  const { tensors } = await readSafetensorsHeader(bytesSource(index))
  const floats = (name: string) => {
    const { start, end } = tensors.get(name)!
    return new Float32Array(index.slice(start, end).buffer)
  }
  const residuals = floats('residuals')
  const norms = floats('norms')
  expect(norms.some(Number.isNaN)).toBe(true)
  for (const [id, norm] of norms.entries()) {
    expect(residuals[id] === Number.POSITIVE_INFINITY).toBe(Number.isNaN(norm))
  }
})

test('queries that no bound can be trusted with', async () => {
  const { stored, table } = await bothOf(makeTable(2000, 24, 'plain', 4))
  for (const kind of ['huge', 'tiny', 'edge', 'mixed'] as const) {
    for (let index = 0; index < 4; index++) {
      const query = makeQuery(24, kind, index)
      for (const metric of METRICS) {
        const [best = 0, second = 0] = table.nearest(query, { metric }).ids
        for (const options of [
          { metric },
          { metric, exclude: [best], filter: table.idSet((id) => id !== second) },
        ]) {
          expectSame(await stored.nearest(query, options), table.nearest(query, options))
        }
      }
    }
  }
  await stored.close()
})
