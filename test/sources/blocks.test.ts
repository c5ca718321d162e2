/**
 * A source read from front to back: how many reads are under way, and that a signal reaches every one of
 * them.
 */
import { expect, test } from 'vitest'
import { readBlocks } from '../../src/sources/blocks.ts'
import type { ByteSource } from '../../src/sources/source.ts'

interface Reading {
  start: number
  end: number
  signal: AbortSignal | undefined
  give: () => void
}

/** A source whose reads wait until `give` is called. */
function recording(size: number, concurrency?: number): { source: ByteSource; readings: Reading[] } {
  const readings: Reading[] = []
  const source: ByteSource = {
    name: 'recording',
    size,
    ...(concurrency === undefined ? {} : { concurrency }),
    read: (start, end, { signal } = {}) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
        readings.push({ start, end, signal, give: () => resolve(new Uint8Array(end - start).fill(start)) })
      }),
  }
  return { source, readings }
}

test.each([
  [undefined, 1],
  [1, 1],
  [4, 4],
  [100, 10],
])(
  'with concurrency %s, %i are started at first, and one more for each that came',
  async (concurrency, first) => {
    const { source, readings } = recording(100, concurrency)
    const blocks = readBlocks(source, 0, 95, { blockBytes: 10 })
    const seen: number[] = []
    for (let index = 0; index < 10; index++) {
      const next = blocks.next()
      expect(readings.length).toBe(Math.min(10, first + index))
      // in any order, they are handed out in theirs
      for (const each of readings.toReversed()) each.give()
      const { value } = await next
      seen.push(value![0]!)
    }
    expect((await blocks.next()).done).toBe(true)
    expect(seen).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90])
    expect(readings.at(-1)).toMatchObject({ start: 90, end: 95 })
  },
)

test('whoever stops early stops the reads under way', async () => {
  const { source, readings } = recording(100, 4)
  for await (const _ of startedBy(readBlocks(source, 0, 100, { blockBytes: 10 }), () => readings[0]!.give()))
    break
  expect(readings).toHaveLength(5)
  expect(readings.slice(1).every(({ signal }) => signal!.aborted)).toBe(true)
})

test('an abort reaches every read under way, with its reason', async () => {
  const { source, readings } = recording(100, 3)
  const controller = new AbortController()
  const reason = new Error('enough')
  const done: number[] = []
  const options = { blockBytes: 10, signal: controller.signal, onBytes: (bytes: number) => done.push(bytes) }
  const blocks = readBlocks(source, 0, 100, options)
  const next = blocks.next()
  controller.abort(reason)
  await expect(next).rejects.toBe(reason)
  expect(readings.map(({ signal }) => signal!.reason)).toEqual([reason, reason, reason])
  expect(done).toEqual([])
})

/** Iterates, and acts as soon as the first is started. */
async function* startedBy<T>(blocks: AsyncGenerator<T, void, void>, act: () => void) {
  const first = blocks.next()
  act()
  try {
    const { value } = await first
    if (value !== undefined) yield value
    yield* blocks
  } finally {
    await blocks.return()
  }
}
