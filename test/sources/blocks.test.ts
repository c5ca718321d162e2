/** A source read from front to back: how many reads are under way, and that a signal reaches every one of them. */
import { expect, test } from 'vitest'
import { readBlocks } from '../../src/sources/blocks.ts'
import type { ByteSource } from '../../src/sources/source.ts'

interface Asked {
  start: number
  end: number
  signal: AbortSignal | undefined
  give: () => void
}

/** A source whose reads wait until they are told to give. */
function recording(size: number, concurrency?: number): { source: ByteSource; asked: Asked[] } {
  const asked: Asked[] = []
  const source: ByteSource = {
    name: 'recording',
    size,
    ...(concurrency === undefined ? {} : { concurrency }),
    read: (start, end, { signal } = {}) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
        asked.push({ start, end, signal, give: () => resolve(new Uint8Array(end - start).fill(start)) })
      }),
  }
  return { source, asked }
}

test.each([
  [undefined, 1],
  [1, 1],
  [4, 4],
  [100, 10],
])(
  'with concurrency %s, %i are asked for at first, and one more for each that came',
  async (concurrency, first) => {
    const { source, asked } = recording(100, concurrency)
    const blocks = readBlocks(source, 0, 95, { blockBytes: 10 })
    const seen: number[] = []
    for (let index = 0; index < 10; index++) {
      const next = blocks.next()
      expect(asked.length).toBe(Math.min(10, first + index))
      // in any order, they are handed out in theirs
      for (const each of asked.toReversed()) each.give()
      const { value } = await next
      seen.push(value![0]!)
    }
    expect((await blocks.next()).done).toBe(true)
    expect(seen).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90])
    expect(asked.at(-1)).toMatchObject({ start: 90, end: 95 })
  },
)

test('whoever stops early stops the reads under way', async () => {
  const { source, asked } = recording(100, 4)
  for await (const _ of startedBy(readBlocks(source, 0, 100, { blockBytes: 10 }), () => asked[0]!.give()))
    break
  expect(asked).toHaveLength(5)
  expect(asked.slice(1).every(({ signal }) => signal!.aborted)).toBe(true)
})

test('an abort reaches every read under way, with its reason', async () => {
  const { source, asked } = recording(100, 3)
  const controller = new AbortController()
  const reason = new Error('enough')
  const done: number[] = []
  const options = { blockBytes: 10, signal: controller.signal, onBytes: (bytes: number) => done.push(bytes) }
  const blocks = readBlocks(source, 0, 100, options)
  const next = blocks.next()
  controller.abort(reason)
  await expect(next).rejects.toBe(reason)
  expect(asked.map(({ signal }) => signal!.reason)).toEqual([reason, reason, reason])
  expect(done).toEqual([])
})

/** Iterates, and acts as soon as the first is asked for. */
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
