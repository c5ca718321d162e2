/** A table on a server answers as the same table in memory does, bit for bit, by every kernel. */
import { expect, test } from 'vitest'
import type { AnalogyOptions, SearchOptions } from '../../src/core/options.ts'
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
  const flat = Float32Array.from({ length: 6_000 * 3 }, (_, i) => {
    const id = Math.floor(i / 3)
    return id % 6 === 0 ? Math.sin(i) : [0.5, -0.25, 1][i % 3]! + Math.sin(i * i) * 1e-3
  })
  const { local, cluster } = await both(flat, 3)
  const queries = [flat.slice(3, 6), Float32Array.of(0.4, -0.2, 0.9)]
  const several: Omit<SearchOptions, 'filter'>[] = [{}, { metric: 'dot', k: 300 }, { exclude: [1, 2, 7] }]
  for (const options of several) {
    const expected = local.nearestBatch(queries, options)
    const actual = await cluster.nearestBatch(queries, options)
    for (const [index, answer] of actual.entries()) expectSame(answer, expected[index]!)
    expectSame(await cluster.nearest(queries[1]!, options), expected[1]!)
  }
})
