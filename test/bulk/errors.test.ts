/** Bulk questions: progress, cancelling, and what is rejected. */
import { expect, test } from 'vitest'
import {
  maximalMarginalRelevance,
  neighbourGraph,
  pairsAbove,
  rangeSearch,
  rangeSearchBatch,
} from '../../src/bulk.ts'
import { IdSet } from '../../src/core/id-set.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { makeTable } from '../oracle/tables.ts'

const table = EmbeddingTable.from(makeTable(500, 8, 'plain', 7).flat, { dimension: 8 })

test.each([
  ['neighbourGraph', (options: object) => table.then((table) => neighbourGraph(table, options))],
  [
    'pairsAbove',
    (options: object) => table.then((table) => pairsAbove(table, { minScore: 0.9, ...options })),
  ],
])('%s reports how far it is, and ends by its signal', async (_, attempt) => {
  const seen: object[] = []
  await attempt({ onProgress: (progress: object) => seen.push(progress) })
  const steps = [64, 128, 192, 256, 320, 384, 448, 500]
  expect(seen).toEqual(steps.map((done) => ({ phase: 'search', done, total: 500 })))
  await expect(attempt({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
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
  ['lambda out of range', (t) => maximalMarginalRelevance(t, 0, { lambda: 2 }), 'INVALID_ARGUMENT', 'got 2'],
  ['lambda below 0', (t) => maximalMarginalRelevance(t, 0, { lambda: -0.1 }), 'INVALID_ARGUMENT', 'got -0.1'],
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
  ['no signal', (t) => pairsAbove(t, { minScore: 1, signal: {} as never }), 'INVALID_ARGUMENT', 'got Object'],
  ['no callback', (t) => neighbourGraph(t, { onProgress: 5 as never }), 'INVALID_ARGUMENT', 'got 5'],
  ['a limit below 0', (t) => pairsAbove(t, { minScore: 0, limit: -1 }), 'INVALID_ARGUMENT', 'got -1'],
  ['an unknown row', (t) => rangeSearch(t, 500, { minScore: 0 }), 'ID_OUT_OF_RANGE', '500'],
])('%s', async (_, attempt, code, message) => {
  const made = await table
  await expect((async () => attempt(made))()).rejects.toMatchObject({
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
