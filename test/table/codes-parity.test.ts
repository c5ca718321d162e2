/**
 * The same questions to the same rows with codes and without: every kind of number, every size around a
 * block.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EmbeddingTable, type Query, type SearchOptions } from '../../src/table/embedding-table.ts'
import type { Matches } from '../../src/table/matches.ts'
import { expectMatches } from '../oracle/expect.ts'
import { searchAll } from '../oracle/search.ts'
import { KINDS, METRICS, makeQuery, makeTable, metrics, type TestTable } from '../oracle/tables.ts'

const CODES = ['int8', 'int4'] as const

/** The same rows with codes of 8 bits, of 4, and without. */
async function all({ flat, dimension }: TestTable) {
  const [plain, ...coded] = await Promise.all(
    [false, ...CODES].map((codes) => EmbeddingTable.from(flat, { dimension, codes })),
  )
  return { coded, plain: plain! }
}

const bitsOf = ({ ids, cosines, dots }: Matches) => [
  ...ids,
  ...new Uint32Array(cosines.buffer),
  ...new Uint32Array(dots.buffer),
]

function expectSame(
  coded: readonly EmbeddingTable[],
  plain: EmbeddingTable,
  query: Query,
  options: SearchOptions,
) {
  const expected = bitsOf(plain.nearest(query, options))
  for (const table of coded) expect(bitsOf(table.nearest(query, options)), table.codes).toEqual(expected)
}

/** Codes are used where k is at most a sixteenth of the rows. */
const coded = fc
  .record({
    size: fc.oneof(fc.integer({ min: 16, max: 200 }), fc.integer({ min: 1000, max: 3000 })),
    dimension: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(64, 100, 257)),
    kind: fc.constantFrom(...KINDS),
    queryKind: fc.constantFrom(...KINDS),
    seed: fc.nat(),
  })
  .chain(({ size, dimension, kind, queryKind, seed }) =>
    fc.record({
      table: fc.constant({ size, dimension, kind, seed }),
      query: fc.oneof(fc.integer({ min: 0, max: size - 1 }), fc.constant(queryKind), fc.constant(kind)),
      k: fc.integer({ min: 1, max: Math.max(1, size >> 4) }),
      metric: metrics,
      leftOut: fc.array(fc.integer({ min: 0, max: size - 1 }), { maxLength: 4 }),
      every: fc.constantFrom(1, 2, 5, 11),
    }),
  )

test('any question to any table', async () => {
  await fc.assert(
    fc.asyncProperty(coded, async ({ table, query, k, metric, leftOut, every }) => {
      const { size, dimension, kind, seed } = table
      const made = makeTable(size, dimension, kind, seed)
      const { coded, plain } = await all(made)
      const given = typeof query === 'number' ? query : makeQuery(dimension, query, seed)
      const isZero = typeof given === 'number' && made.rows[given]!.every((value) => value === 0)
      fc.pre(metric === 'dot' || !isZero)
      const options: SearchOptions = { k, metric, exclude: leftOut }
      if (every > 1) options.filter = (id) => id % every === 0
      expectSame(coded, plain, given, options)
    }),
    { numRuns: 200 },
  )
})

describe.each(KINDS)('%s numbers', (kind) => {
  test('around the blocks and the trial of the scan', async () => {
    for (const size of [16, 1023, 1024, 1025, 1029, 2048, 9300]) {
      const dimension = 24
      const { coded, plain } = await all(makeTable(size, dimension, kind, size))
      for (const metric of METRICS) {
        for (const k of [1, 10, size >> 4].filter((k) => k <= size >> 4)) {
          const query = makeQuery(dimension, kind, size + k)
          expectSame(coded, plain, query, { k, metric })
        }
      }
    }
  })

  test('every dimension around the vectors of the codes, against the oracle', async () => {
    const size = 160
    for (const dimension of [
      ...Array.from({ length: 35 }, (_, index) => index + 1),
      63,
      64,
      65,
      127,
      128,
      129,
    ]) {
      const made = makeTable(size, dimension, kind, dimension)
      const query = makeQuery(dimension, kind, dimension)
      for (const codes of CODES) {
        using table = await EmbeddingTable.from(made.flat, { dimension, codes })
        for (const metric of METRICS) {
          expectMatches(
            table.nearest(query, { k: 10, metric }),
            searchAll(made.rows, query, { k: 10, metric }),
          )
        }
      }
    }
  })
})

test('rows that were not finite stay out', async () => {
  const { flat, dimension, size } = makeTable(400, 20, 'plain', 3)
  for (let id = 0; id < size; id += 3) flat[id * dimension + (id % dimension)] = Number.NaN
  const [plain, ...coded] = await Promise.all(
    [false, ...CODES].map((codes) => EmbeddingTable.from(flat, { dimension, nonFinite: 'skip', codes })),
  )
  for (const metric of METRICS) {
    const query = makeQuery(dimension, 'plain', 4)
    expectSame(coded, plain!, query, { k: 20, metric })
    const { ids } = coded[0]!.nearest(query, { k: 20, metric })
    expect([...ids].filter((id) => id % 3 === 0)).toEqual([])
  }
})

test('long rows, with a query of denormals, short rows with one of huge numbers', async () => {
  for (const [power, kind] of [
    [55, 'tiny'],
    [-45, 'huge'],
  ] as const) {
    const made = makeTable(800, 20, 'plain', power)
    for (let i = 0; i < made.flat.length; i++) made.flat[i]! *= 2 ** power
    const { coded, plain } = await all(made)
    expect(coded.map(({ codes }) => codes)).toEqual(CODES)
    for (let seed = 0; seed < 30; seed++) {
      const query = makeQuery(20, kind, seed)
      if (kind === 'tiny') for (let i = 1; i < 20; i++) query[i] = query[i]! > 0 ? 2 ** -149 : 0
      for (const metric of METRICS) {
        expectSame(coded, plain, query, { k: 5, metric })
      }
    }
  }
})
