/** Collections whose rows stay in their file answer as the same file does when it is opened whole. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Collection, type Key } from '../../src/collection.ts'
import type { ColumnTypes } from '../../src/metadata/types.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { viewCollection } from '../../src/stored.ts'
import { base64Of, rejection } from '../formats/files.ts'
import { fillVector, KINDS, makeQuery, randomNumbers } from '../oracle/tables.ts'
import { served } from '../servers/faults.ts'
import { indexOf } from '../stored/both.ts'
import { memoryStore } from './forged.ts'
import { COLUMNS, makeSaved } from './saved.ts'
import {
  bothOf,
  EMBEDDINGS_END,
  EMBEDDINGS_START,
  expectSame,
  type Made,
  QUERY,
  saved,
  watched,
} from './viewed.ts'

/** Names and texts that a file, an object or a condition could stumble over. */
const HOSTILE: ColumnTypes = Object.fromEntries([
  ['__proto__', 'string'],
  ['constructor', 'number'],
  ['', 'boolean'],
])
const TEXTS = ['', '__proto__', 'null', '🗝', '"],["', '\u0000', 'é', 'e\u0301', 'x'.repeat(5000), null]
const NUMBERS = [0, -0, -1.5, Number.POSITIVE_INFINITY, Number.MAX_VALUE, 5e-324, null]

test('random collections, whose entries were deleted and replaced before they were saved', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.integer({ min: 1, max: 1e6 }),
        size: fc.integer({ min: 1, max: 900 }),
        dimension: fc.integer({ min: 1, max: 40 }),
        kind: fc.constantFrom(...KINDS),
        dtype: fc.constantFrom('f32', 'bf16', 'f16'),
        codes: fc.constantFrom(true, undefined, false),
      }),
      async ({ seed, size, dimension, kind, dtype, codes }) => {
        const random = randomNumbers(seed)
        const one = <Value>(list: readonly Value[]) => list[Math.floor(random() * list.length)] as Value
        const vector = () => {
          const numbers = fillVector(new Float32Array(dimension), kind, random)
          return numbers.map((value) => (dtype === 'f32' ? value : Math.max(-6e4, Math.min(6e4, value))))
        }
        using made: Made = await Collection.create({ dimension, dtype, codes, columns: HOSTILE })
        const entry = (key: Key) => ({
          key,
          vector: vector(),
          metadata: Object.fromEntries([
            ['__proto__', one(TEXTS)],
            ['constructor', one(NUMBERS)],
            ['', one([true, false, null])],
          ]),
        })
        await made.add(
          Array.from({ length: size }, (_, id) => entry(id % 3 === 0 ? id : `${id} ${one(TEXTS)}`)),
        )
        const keys = [...made.keys()]
        await made.delete(keys.filter((_, place) => place % 7 === 3))
        for (const key of [...made.keys()].filter((_, place) => place % 11 === 2)) {
          await made.add(entry(key), { duplicates: 'overwrite' })
        }
        const { whole, stored } = await bothOf(await saved(made))
        const queries = [
          ...[...whole.keys()].filter((key) => whole.vector(key).some((value) => value !== 0)).slice(0, 3),
          makeQuery(dimension, kind, seed),
          makeQuery(dimension, 'plain', seed),
        ]
        await expectSame(stored, whole, queries)
        // what was deleted is nowhere
        for (const key of keys) expect(stored.has(key)).toBe(made.has(key))
        await stored.close()
        whole.dispose()
      },
    ),
    { numRuns: 40 },
  )
})

test('bytes, a Blob, a source of one’s own, a store and a URL', async () => {
  // more than comes with the first request
  const bytes = await saved(await makeSaved(2000, { codes: true }))
  const { url, log } = await served({ size: bytes.length, content: base64Of(bytes) })
  const { whole } = await bothOf(bytes)
  for (const source of [bytes, new Blob([bytes]), bytesSource(bytes), memoryStore(bytes), url]) {
    await using stored = await viewCollection(source)
    await expectSame(stored, whole, [0, 'clé 1 🗝', QUERY])
  }
  expect((await log()).length).toBeGreaterThan(10)
})

test('threads, and an index of one’s own', async () => {
  const big = await saved(await makeSaved(9000, { codes: true }))
  for (const options of [{ threads: 2 }, { index: await indexOf(big, { codes: 'int4' }) }]) {
    const { whole, stored } = await bothOf(big, options)
    await expectSame(stored, whole, [0, 'clé 1 🗝', QUERY])
    await stored.close()
  }
})

test('opening reads keys and metadata, and a question a few rows', async () => {
  let rows = 0
  const source = watched((start, end) => {
    rows += Math.max(0, Math.min(end, EMBEDDINGS_END) - Math.max(start, EMBEDDINGS_START))
  })
  await using stored = await viewCollection(source, { columns: COLUMNS })
  expect(stored.metadata(6)).toEqual({ year: 6, language: 'de', open: true })
  await stored.loadIndex()
  expect(rows).toBe(0)
  const { stats } = await stored.nearest(QUERY, { k: 3, filter: { language: 'en' } })
  expect(rows).toBe(stats.rescored * 24 * 4)
  expect(stats.rescored).toBeLessThan(20)
})

test('an empty collection answers nothing, and still checks what it is asked', async () => {
  const empty = await saved(await Collection.create({ dimension: 3, columns: { year: 'number' } }))
  await using stored = await viewCollection(empty, { columns: { year: 'number' } })
  await stored.loadIndex()
  expect((await stored.nearest([1, 2, 3], { filter: { year: 1 } })).toArray()).toEqual([])
  expect((await stored.nearestBatch([[1, 2, 3]])).map((matches) => matches.toArray())).toEqual([[]])
  expect(await rejection(stored.nearest([1, 2]))).toMatchObject({ code: 'DIMENSION_MISMATCH' })
  expect(await rejection(stored.nearest([1, 2, 3], { k: -1 }))).toMatchObject({ code: 'INVALID_K' })
  expect([...stored.keys()]).toEqual([])
})

test('many rows without codes need an index, and say so', async () => {
  const uncoded = await saved(await makeSaved(12_000, { codes: false }))
  const { whole, stored } = await bothOf(uncoded)
  expect(await stored.vector(0)).toEqual(whole.vector(0))
  expect(await rejection(stored.nearest(0))).toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(/has no index beside it.*rowspace index/),
  })
  await stored.close()
  const indexed = await bothOf(uncoded, { index: await indexOf(uncoded) })
  await expectSame(indexed.stored, whole, [0, QUERY])
})
