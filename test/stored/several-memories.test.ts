/** Codes of more bytes than one memory can have: as many memories, one search. */
import { expect, test } from 'vitest'
import { bytesSource } from '../../src/sources/bytes.ts'
import { IndexFile } from '../../src/stored/index-file.ts'
import { indexReader, LazyIndex } from '../../src/stored/lazy-index.ts'
import { LazyVocabulary } from '../../src/stored/lazy-vocabulary.ts'
import { loadIndex } from '../../src/stored/load-index.ts'
import { openStoredFile } from '../../src/stored/open-stored-file.ts'
import { RowScorer } from '../../src/stored/row-scorer.ts'
import { StoredTable } from '../../src/stored/stored-table.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { HARD, hardQuery, hardTable } from '../oracle/hard-tables.ts'
import { fillVector, METRICS, makeQuery, makeTable, randomNumbers, type TestTable } from '../oracle/tables.ts'
import { expectSame, fileOf, indexOf } from './both.ts'

/** A table whose memories have 1,024 rows each, the fewest there are, and the same in one memory. */
async function bothInParts(made: TestTable, codes: 'int8' | 'int4', threads = 1) {
  const { flat, dimension, size } = made
  const stored = await openStoredFile(fileOf(made), {}, 0)
  const index = await indexOf(fileOf(made), { codes })
  const indexFile = new IndexFile(stored, bytesSource(index), {})
  const view = new StoredTable({
    stored,
    indexFile,
    vocabulary: new LazyVocabulary(size, async () => undefined),
    index: new LazyIndex(indexReader(indexFile, stored, { threads, mostBytes: 1 })),
    scorer: await RowScorer.create(dimension, undefined),
  })
  return { view, table: await EmbeddingTable.from(flat, { dimension, codes: false }) }
}

test.each(['int8', 'int4'] as const)('codes of %s', async (codes) => {
  const made = makeTable(5000, 33, 'model', 9)
  const { view, table } = await bothInParts(made, codes)
  const within = table.idSet((id) => id > 3000 && id % 3 === 0)
  const several = [
    {},
    { k: 0 },
    { k: 1 },
    { k: 300 },
    { k: 1100 },
    { k: 5000 },
    { exclude: [0, 1023, 1024, 2048, 4999] },
    { filter: within, k: 20, exclude: [3003] },
    { filter: table.idSet((id) => id === 1024 || id === 4999) },
    { includeInputs: true, metric: 'dot' },
    { minScore: 0.9 },
  ] as const
  const [positive] = [3, 1023, 1024].filter((id) => made.rows[id]!.some((value) => value !== 0))
  const queries = [positive!, makeQuery(33, 'model', 3), makeQuery(33, 'model', 4)]
  for (const options of several) {
    const expected = table.nearestBatch(queries, options)
    for (const [place, answer] of (await view.nearestBatch(queries, options)).entries()) {
      expectSame(answer, expected[place]!)
    }
    const sum = { positive: [2000, 4998], negative: [positive!] }
    expectSame(await view.analogy(sum, options), table.analogy(sum, options))
  }
  const { stats } = await view.nearest(queries[1]!)
  expect(stats.rescored).toBeLessThan(1000)
  await view.close()
})

test.each(HARD)('rows that are %s, two threads for each memory', async (kind) => {
  const made = hardTable(3000, 40, kind, 6)
  const { view, table } = await bothInParts(made, 'int8', 2)
  for (let seed = 0; seed < 6; seed++) {
    const query = hardQuery(made, seed)
    for (const metric of METRICS) {
      for (const k of [1, 10, 200]) {
        expectSame(await view.nearest(query, { metric, k }), table.nearest(query, { metric, k }))
      }
    }
  }
  await view.close()
})

test('a batch whose questions leave thousands of equal rows open in every memory', async () => {
  const made = makeTable(6000, 16, 'plain', 2)
  for (const row of made.rows.slice(0, 3)) fillVector(row, 'plain', randomNumbers(row.byteOffset + 1))
  for (let id = 0; id < 6000; id++) if (id % 3 > 0) made.rows[id]!.set(made.rows[id % 3]!)
  const { view, table } = await bothInParts(made, 'int4')
  const expected = table.nearestBatch([1, 4, 4000], { k: 700 })
  for (const [place, answer] of (await view.nearestBatch([1, 4, 4000], { k: 700 })).entries()) {
    expectSame(answer, expected[place]!)
  }
  await view.close()
})

test('an index of all rows fills each memory with its own', async () => {
  const made = makeTable(2500, 24, 'plain', 4)
  const stored = await openStoredFile(fileOf(made), {}, 0)
  const indexFile = new IndexFile(stored, bytesSource(await indexOf(fileOf(made))), {})
  const index = await indexFile.open(undefined)
  const codes = await loadIndex(index, stored, { mostBytes: 1 })
  const whole = await loadIndex(index, stored, {})
  expect(
    codes
      .targets()
      .get('codes')
      ?.map(({ length }) => length / 24),
  ).toEqual([1024, 1024, 452])
  for (const id of [0, 1023, 1024, 2047, 2048, 2499]) {
    expect(codes.inverseNorm(id)).toBe(whole.inverseNorm(id))
  }
  codes.dispose()
  whole.dispose()
})
