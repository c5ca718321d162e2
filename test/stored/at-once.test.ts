/** Questions to one table at once: what they share, and what one of them may not do to another. */
import { expect, test } from 'vitest'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { viewTable } from '../../src/stored/view-table.ts'
import { rejection } from '../formats/files.ts'
import { METRICS, makeQuery, makeTable } from '../oracle/tables.ts'
import { bothOf, expectSame, fileOf, indexOf } from './both.ts'

const MADE = makeTable(3000, 24, 'model', 6)
const FILE = fileOf(MADE)
const INDEX = await indexOf(FILE)

/** A source whose reads, from byte `from` on, wait until they are let go, or stopped. */
function heldBack(bytes: Uint8Array, from = 0) {
  let letGo = () => {}
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const inner = bytesSource(bytes)
  const seen = { reads: 0, stopped: 0 }
  const source: ByteSource = {
    name: 'held back',
    size: bytes.length,
    async read(start, end, { signal } = {}) {
      if (start < from) return inner.read(start, end)
      seen.reads++
      const stopped = new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => {
          seen.stopped++
          reject(signal.reason)
        })
      })
      await Promise.race([gate, stopped])
      return inner.read(start, end)
    },
  }
  return { source, seen, letGo }
}

/** Waits until the first read is under way. */
const underWay = (seen: { reads: number }) => expect.poll(() => seen.reads).toBeGreaterThan(0)

test('many questions at once, each with a filter, metric and batch of its own', async () => {
  const { table } = await bothOf(MADE)
  const inner = bytesSource(FILE)
  // reads end in another order than they began
  let turn = 0
  const slow: ByteSource = {
    name: 'slow',
    size: inner.size,
    async read(start, end) {
      for (let wait = (turn++ * 7) % 5; wait > 0; wait--) await new Promise((done) => setTimeout(done))
      return inner.read(start, end)
    },
  }
  for (const cacheBytes of [0, 1 << 20]) {
    await using stored = await viewTable(slow, { index: INDEX, cacheBytes })
    const asked = Array.from({ length: 40 }, (_, index) => {
      const query = index % 3 === 0 ? index : makeQuery(24, 'model', index)
      const filter = index % 2 === 0 ? undefined : table.idSet((id) => id % (index + 1) === 0)
      return { query, options: { metric: METRICS[index % 2]!, k: index, filter, exclude: [index + 1] } }
    })
    const answers = await Promise.all(
      asked.map(async ({ query, options }) => {
        const batch = await stored.nearestBatch([query, 7], options)
        const similarity = await stored.similarity(query, 9)
        return { alone: await stored.nearest(query, options), batch, similarity }
      }),
    )
    for (const [index, { alone, batch, similarity }] of answers.entries()) {
      const { query, options } = asked[index]!
      expectSame(alone, table.nearest(query, options))
      expectSame(batch[0]!, table.nearest(query, options))
      expectSame(batch[1]!, table.nearest(7, options))
      expect(similarity).toBe(table.similarity(query, 9))
    }
  }
})

test('one search that is stopped while the index is read does not stop another', async () => {
  const { table } = await bothOf(MADE)
  const { source, seen, letGo } = heldBack(INDEX)
  await using stored = await viewTable(FILE, { index: source })
  const controller = new AbortController()
  const first = stored.nearest(3, { signal: controller.signal })
  const second = stored.nearest(4)
  const third = stored.nearest(5, { signal: new AbortController().signal })
  await underWay(seen)
  controller.abort(new Error('enough'))
  // at once, not when the index is there
  await expect(first).rejects.toThrow('enough')
  expect(seen.stopped).toBe(0)
  letGo()
  expectSame(await second, table.nearest(4))
  expectSame(await third, table.nearest(5))
})

test('an index that nobody waits for any more is read no further, and again for the next', async () => {
  const { table } = await bothOf(MADE)
  const { source, seen, letGo } = heldBack(INDEX)
  await using stored = await viewTable(FILE, { index: source })
  const controllers = [new AbortController(), new AbortController()]
  const loads = controllers.map(({ signal }) => stored.loadIndex({ signal }))
  await underWay(seen)
  controllers[0]!.abort(new Error('first'))
  await expect(loads[0]).rejects.toThrow('first')
  expect(seen.stopped).toBe(0)
  controllers[1]!.abort(new Error('second'))
  await expect(loads[1]).rejects.toThrow('second')
  expect(seen.stopped).toBe(1)
  letGo()
  expectSame(await stored.nearest(4), table.nearest(4))
})

test('all who load an index hear how far it is', async () => {
  await using stored = await viewTable(FILE, { index: INDEX })
  const heard = [0, 0]
  await Promise.all(
    heard.map((_, place) =>
      stored.loadIndex({
        onProgress: ({ done }) => {
          heard[place] = done
        },
      }),
    ),
  )
  expect(heard[0]).toBeGreaterThan(MADE.size * MADE.dimension)
  expect(heard[1]).toBe(heard[0])
})

test('closing ends the read of an index', async () => {
  const { source, seen } = heldBack(INDEX)
  const stored = await viewTable(FILE, { index: source })
  const [load, search] = [stored.loadIndex(), stored.nearest(3)].map(rejection)
  await underWay(seen)
  await stored.close()
  expect(seen.stopped).toBe(1)
  expect(await load).toMatchObject({ code: 'DISPOSED' })
  expect(await search).toMatchObject({ code: 'DISPOSED' })
})

test('closing ends the read of tokens', async () => {
  // behind the header, which is read when the table is opened
  const { source, seen } = heldBack(FILE, 100)
  const stored = await viewTable({ ...source, name: 'tokens' })
  const name = rejection(stored.id('token 3'))
  await underWay(seen)
  await stored.close()
  expect(await name).toMatchObject({ code: 'DISPOSED' })
})
