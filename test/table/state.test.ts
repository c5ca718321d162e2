/** No call leaves anything behind: after any calls a table answers the next as a new one would. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isRowspaceError } from '../../src/core/errors.ts'
import { IdSet } from '../../src/core/id-set.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { makeQuery, metrics, type TestTable, tables } from '../oracle/tables.ts'

type Call = { name: string; run: (table: EmbeddingTable) => unknown }

const plain = (floats: Float32Array | Uint32Array) => [...floats]

/** Any call of any method, right or wrong. */
function callsOf({ size, dimension }: TestTable): fc.Arbitrary<Call> {
  const row = fc.integer({ min: -1, max: size })
  const goodRow = fc.integer({ min: 0, max: size - 1 })
  const rows = fc.array(goodRow, { maxLength: 12 })
  const seed = fc.integer({ min: 0, max: 1000 })
  const options = fc.record({
    k: fc.integer({ min: -1, max: size + 3 }),
    metric: metrics,
    exclude: fc.option(fc.array(fc.oneof({ weight: 9, arbitrary: goodRow }, row), { maxLength: 5 }), {
      nil: undefined,
      freq: 2,
    }),
    filter: fc.option(
      rows.map((ids) => IdSet.from(size, ids)),
      { nil: undefined, freq: 2 },
    ),
    includeInputs: fc.boolean(),
  })
  const call = <T>(
    name: string,
    inputs: fc.Arbitrary<T>,
    run: (table: EmbeddingTable, inputs: T) => unknown,
  ) =>
    inputs.map(
      (input): Call => ({ name: `${name} ${fc.stringify(input)}`, run: (table) => run(table, input) }),
    )
  const queryOf = (seed: number) => makeQuery(dimension, 'plain', seed)
  return fc.oneof(
    call('nearest', fc.tuple(row, options), (t, [id, o]) => t.nearest(id, o).toArray()),
    call('nearest to a vector', fc.tuple(seed, options), (t, [s, o]) => t.nearest(queryOf(s), o).toArray()),
    call('nearest to NaN', options, (t, o) =>
      t.nearest(new Float32Array(dimension).fill(Number.NaN), o).toArray(),
    ),
    call('analogy', fc.tuple(rows, rows, options), (t, [positive, negative, o]) =>
      t.analogy({ positive, negative }, o).toArray(),
    ),
    call('similarity', fc.tuple(row, row), (t, [a, b]) => t.similarity(a, b)),
    call('similarity of vectors', fc.tuple(seed, seed), (t, [a, b]) => t.similarity(queryOf(a), queryOf(b))),
    call('measure', fc.tuple(goodRow, rows), (t, [id, list]) => t.scores(id, list).toArray()),
    call('gather', rows, (t, list) => plain(t.gather(list))),
    call('row', row, (t, id) => plain(t.row(id))),
    call('sample', fc.tuple(fc.integer({ min: 0, max: size }), seed), (t, [n, s]) =>
      plain(t.randomIds(n, { seed: s })),
    ),
  )
}

function outcome({ run }: Call, table: EmbeddingTable): unknown {
  try {
    return run(table)
  } catch (error) {
    if (!isRowspaceError(error)) throw error
    return `${error.code}: ${error.message}`
  }
}

test('any sequence of calls on one table answers as on new ones', async () => {
  const sequences = tables({ size: 70, dimension: 20 }).chain((table) =>
    fc.record({
      table: fc.constant(table),
      calls: fc.array(callsOf(table), { minLength: 2, maxLength: 12 }),
    }),
  )
  await fc.assert(
    fc.asyncProperty(sequences, async ({ table, calls }) => {
      const { flat, dimension } = table
      using reused = await EmbeddingTable.from(flat, { dimension })
      for (const call of calls) {
        using fresh = await EmbeddingTable.from(flat, { dimension })
        expect(outcome(call, reused), call.name).toEqual(outcome(call, fresh))
      }
    }),
    { numRuns: 100 },
  )
})

test.each<[what: string, ask: (table: EmbeddingTable) => unknown]>([
  ['the row of the query', (table) => table.nearest(40)],
  ['inputs of an analogy', (table) => table.analogy({ positive: [3, 40], negative: [70] })],
  ['exclude', (table) => table.nearest([1], { exclude: [3, 40, 70] })],
  ['a filter', (table) => table.nearest([1], { filter: (id) => id === 40 })],
  [
    'a filter, exclude and the row of the query',
    (table) => table.nearest(5, { exclude: [70], filter: () => true }),
  ],
  ['k', (table) => table.nearest([1], { k: 0 })],
])('%s counts for one question only', async (_, ask) => {
  // rows in three words of the mask, so that no word mends another
  using table = await EmbeddingTable.from(new Float32Array(80).fill(1), { dimension: 1 })
  const all = Array.from({ length: 80 }, (_, id) => id)
  ask(table)
  expect([...table.nearest([1], { k: 80 }).ids]).toEqual(all)
})

test('tables do not share anything', async () => {
  const [a, b] = await Promise.all([
    EmbeddingTable.from([1, 0, 0, 1], { dimension: 2 }),
    EmbeddingTable.from([0, 1, 1, 0], { dimension: 2 }),
  ])
  expect([...a.nearest([1, 0]).ids]).toEqual([0, 1])
  expect([...b.nearest([1, 0]).ids]).toEqual([1, 0])
  a.dispose()
  expect([...b.nearest([1, 0]).ids]).toEqual([1, 0])
})
