/** Collections whose rows stay in their file: wrong questions, damaged files, reads that fail. */
import { expect, test } from 'vitest'
import { Collection, type Key } from '../../src/collection.ts'
import { type StoredCollection, viewCollection } from '../../src/stored.ts'
import { base64Of, rejection } from '../formats/files.ts'
import { served } from '../servers/faults.ts'
import type { Fault } from '../servers/scenario.ts'
import { indexOf } from '../stored/both.ts'
import { memoryStore } from './forged.ts'
import { COLUMNS, makeSaved } from './saved.ts'
import { bothOf, EMBEDDINGS_END, EMBEDDINGS_START, QUERY, SAVED, saved, watched } from './viewed.ts'

const asks: [string, (stored: StoredCollection<typeof COLUMNS>) => Promise<unknown>, string, RegExp][] = [
  ['a key that is not there', (c) => c.nearest('no'), 'UNKNOWN_KEY', /no entry "no" among the 398/],
  ['one of a batch', (c) => c.nearestBatch([0, 'no']), 'UNKNOWN_KEY', /query 1: there is no entry "no"/],
  ['one to leave out', (c) => c.nearest(0, { exclude: [3] }), 'UNKNOWN_KEY', /no entry 3/],
  ['its vector', (c) => c.vector('no'), 'UNKNOWN_KEY', /no entry "no"/],
  ['a column', (c) => c.nearest(0, { filter: { yaer: 1 } as never }), 'INVALID_ARGUMENT', /no column "yaer"/],
  [
    'a condition on undefined',
    (c) => c.nearest(0, { filter: { year: undefined } as never }),
    'INVALID_ARGUMENT',
    /column "year"/,
  ],
  [
    'a promise for a test',
    (c) => c.nearest(0, { filter: (async () => true) as never }),
    'INVALID_ARGUMENT',
    /must not be async/,
  ],
  ['an option', (c) => c.nearest(0, { tpok: 1 } as never), 'INVALID_ARGUMENT', /unknown key "tpok"/],
  ['k', (c) => c.nearest(0, { k: 1.5 }), 'INVALID_K', /got 1.5/],
  ['a short vector', (c) => c.nearest([1, 2]), 'DIMENSION_MISMATCH', /24/],
  ['an object', (c) => c.nearest({} as never), 'INVALID_ARGUMENT', /vector/],
]
test.each(asks)('a question with %s is rejected', async (_, ask, code, message) => {
  await using stored = await viewCollection(SAVED, { columns: COLUMNS })
  expect(await rejection(ask(stored))).toMatchObject({ code, message: expect.stringMatching(message) })
})

test('a filter of another collection, and an entry of zeros, name what is wrong', async () => {
  const zeros = await Collection.create({ dimension: 2 })
  await zeros.add({ key: 'none', vector: [0, 0] })
  await using stored = await viewCollection(await saved(zeros))
  const { whole } = await bothOf(SAVED)
  const filter = whole.only([0])
  expect(await rejection(stored.nearest([1, 2], { filter }))).toMatchObject({
    message: expect.stringMatching(/made by another collection/),
  })
  expect(await rejection(stored.nearest('none'))).toMatchObject({
    code: 'ZERO_QUERY',
    message: expect.stringMatching(/^entry "none" is all zeros/),
  })
})

test('other files, other columns and unknown options are no collection', async () => {
  expect(await rejection(viewCollection(memoryStore()))).toMatchObject({ code: 'NOT_FOUND' })
  expect(await rejection(viewCollection(await indexOf(SAVED)))).toMatchObject({
    code: 'INVALID_FORMAT',
    message: expect.stringMatching(/not a collection that rowspace saved/),
  })
  expect(await rejection(viewCollection(SAVED, { columns: { year: 'string' } }))).toMatchObject({
    message: expect.stringMatching(/it has the columns/),
  })
  expect(await rejection(viewCollection(SAVED, { limit: 3 } as never))).toMatchObject({
    message: expect.stringMatching(/unknown key "limit" in the options of viewCollection/),
  })
})

test('a bit flipped anywhere but in the rows is found, or changes no answer', async () => {
  const { whole } = await bothOf(SAVED)
  const expected = whole.nearest(QUERY).toArray()
  const codes = new Map<string, number>()
  for (let at = 0; at < SAVED.length; at += at < 1200 ? 3 : 61) {
    if (at >= EMBEDDINGS_START && at < EMBEDDINGS_END) continue
    const damaged = SAVED.slice()
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8))
    try {
      await using stored = await viewCollection(damaged)
      expect((await stored.nearest(QUERY)).toArray()).toEqual(expected)
    } catch (error) {
      const { code = 'none' } = error as { code?: string }
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
  }
  expect([...codes.keys()].sort()).toEqual(['CHECKSUM_MISMATCH', 'INVALID_FORMAT', 'TRUNCATED'])
  expect(codes.get('CHECKSUM_MISMATCH')).toBeGreaterThan(200)
})

test('a row that changed since it was saved is noticed when it is read', async () => {
  const changed = SAVED.slice()
  new DataView(changed.buffer).setFloat32(EMBEDDINGS_START, 7, true)
  await using stored = await viewCollection(changed)
  expect(await rejection(stored.nearest([...stored.keys()][1] as Key, { k: 398 }))).toMatchObject({
    code: 'CHANGED',
    details: { row: 0 },
  })
})

test('a file that is replaced on its server is noticed at the next read', async () => {
  // more than comes with the first request
  const many = await saved(await makeSaved(2000, { codes: true }))
  const scenario = { size: many.length, content: base64Of(many) }
  const asked = await served(scenario)
  await using same = await viewCollection(asked.url)
  const opening = (await asked.log()).length
  expect((await same.nearest(QUERY)).length).toBe(10)
  const faults: Fault[] = [
    ...Array.from({ length: opening }, () => ({ kind: 'none' }) as const),
    { kind: 'change' },
  ]
  const { url } = await served({ ...scenario, faults })
  await using stored = await viewCollection(url)
  expect(await rejection(stored.nearest(QUERY))).toMatchObject({ code: 'CHANGED' })
})

test('whichever read fails, the question does, and the next is answered', async () => {
  let [reads, failing] = [0, Number.POSITIVE_INFINITY]
  const source = watched(() => {
    if (++reads === failing) throw new Error(`read ${reads} failed`)
  })
  const { whole } = await bothOf(SAVED)
  const expected = whole.nearest(QUERY).toArray()
  const ask = async () => {
    await using stored = await viewCollection(source)
    return (await stored.nearest(QUERY)).toArray()
  }
  expect(await ask()).toEqual(expected)
  const all = reads
  expect(all).toBeGreaterThan(20)
  for (let each = 1; each <= all; each++) {
    failing = reads + each
    await expect(ask()).rejects.toThrow(`read ${failing} failed`)
  }
  failing = Number.POSITIVE_INFINITY
  expect(await ask()).toEqual(expected)
})

test('a signal stops opening and questions, and a closed collection answers no more', async () => {
  const reason = new Error('enough')
  const signal = AbortSignal.abort(reason)
  await expect(viewCollection(SAVED, { signal })).rejects.toBe(reason)
  const opening = new AbortController()
  const stored = await viewCollection(SAVED, { signal: opening.signal })
  // it is open: the signal has done its work
  opening.abort(reason)
  await expect(stored.nearest(QUERY, { signal })).rejects.toBe(reason)
  expect((await stored.nearest(QUERY)).length).toBe(10)
  const answer = stored.nearest(QUERY)
  await stored.close()
  await stored.close()
  expect(await rejection(answer)).toMatchObject({ code: 'DISPOSED' })
  expect(await rejection(stored.nearest(QUERY))).toMatchObject({ code: 'DISPOSED' })
  expect(() => stored.has(0)).toThrow(/collection was closed/)
})
