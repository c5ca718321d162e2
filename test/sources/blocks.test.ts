/**
 * A source read from front to back: how many reads are under way, and that a signal reaches every one of
 * them.
 */
import { describe, expect, test } from 'vitest'
import { readBlocks, readExactly, readStraight } from '../../src/sources/blocks.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
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

test.each([true, false])(
  'blocks are views of the target (a source with readInto: %s)',
  async (withReadInto) => {
    const bytes = Uint8Array.from({ length: 30 }, (_, index) => index)
    const readInto = async (start: number, target: Uint8Array) =>
      target.set(bytes.subarray(start, start + target.length))
    const source: ByteSource = { ...bytesSource(bytes), ...(withReadInto ? { readInto } : {}) }
    const target = new Uint8Array(23)
    const seen: Uint8Array[] = []
    for await (const block of readBlocks(source, 2, 25, { blockBytes: 10, target })) seen.push(block)
    expect(target).toEqual(bytes.subarray(2, 25))
    expect(
      seen.map(({ buffer, byteOffset, length }) => [buffer === target.buffer, byteOffset, length]),
    ).toEqual([
      [true, 0, 10],
      [true, 10, 10],
      [true, 20, 3],
    ])
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

const BYTES = Uint8Array.from({ length: 100 }, (_, index) => index)

test('progress is the bytes so far, and may stop the reading, after the last block too', async () => {
  const done: number[] = []
  const onBytes = (bytes: number) => done.push(bytes)
  for await (const _ of readBlocks(bytesSource(BYTES), 5, 30, { blockBytes: 10, onBytes })) void _
  expect(done).toEqual([10, 20, 25])
  for (const stopAt of [10, 25]) {
    const controller = new AbortController()
    const options = {
      blockBytes: 10,
      signal: controller.signal,
      onBytes: (bytes: number) => bytes === stopAt && controller.abort('enough'),
    }
    const reading = async () => {
      for await (const _ of readBlocks(bytesSource(BYTES), 5, 30, options)) void _
    }
    await expect(reading()).rejects.toBe('enough')
  }
  const aborted = { signal: AbortSignal.abort('before') }
  await expect(readBlocks(bytesSource(BYTES), 0, 9, aborted).next()).rejects.toBe('before')
})

test('a source that gives fewer bytes than it should', async () => {
  const source = { ...bytesSource(BYTES, 'mine'), read: async () => new Uint8Array(3) }
  expect(await readExactly(source, 7, 10)).toHaveLength(3)
  await expect(readExactly(source, 6, 10)).rejects.toMatchObject({
    code: 'TRUNCATED',
    message: 'mine: bytes 6 to 10 were requested and 3 of 4 came.',
    details: { source: 'mine', expected: 4, actual: 3 },
  })
})

describe('straight into memory', () => {
  const options = { blockBytes: 10 }

  test.each([undefined, 0, 1, 3, 50])('with concurrency %s', async (concurrency) => {
    const done: number[] = []
    const source: ByteSource = {
      ...bytesSource(BYTES),
      ...(concurrency === undefined ? {} : { concurrency }),
    }
    const target = new Uint8Array(45)
    await readStraight(source, 50, target, { ...options, onBytes: (bytes) => done.push(bytes) })
    expect(target).toEqual(BYTES.slice(50, 95))
    expect(done).toEqual([10, 20, 30, 40, 45])
  })

  test('by the source itself where it can, each block once', async () => {
    const places: [number, number][] = []
    const readInto = async (start: number, target: Uint8Array) => {
      places.push([start, target.length])
      target.set(BYTES.subarray(start, start + target.length))
    }
    const target = new Uint8Array(25)
    await readStraight({ ...bytesSource(BYTES), readInto, concurrency: 2 }, 5, target, options)
    expect(target).toEqual(BYTES.slice(5, 30))
    expect(places).toEqual([
      [5, 10],
      [15, 10],
      [25, 5],
    ])
  })

  const MIB = 2 ** 20

  test.each([
    [8 * MIB, undefined, 1, [MIB, MIB, MIB, MIB, MIB, MIB, MIB, MIB]],
    [8 * MIB, 4 * MIB, 1, [4 * MIB, 4 * MIB]],
    [9 * MIB, 4 * MIB, 1, [4 * MIB, 4 * MIB, MIB]],
    // with a share for each read at once, and none too small
    [8 * MIB, 4 * MIB, 4, [2 * MIB, 2 * MIB, 2 * MIB, 2 * MIB]],
    [2 * MIB, 4 * MIB, 4, [MIB, MIB]],
  ])(
    '%i bytes where the source likes %s in a read, %i at once',
    async (size, blockBytes, concurrency, expected) => {
      const lengths: number[] = []
      const readInto = async (_: number, target: Uint8Array) => void lengths.push(target.length)
      const source: ByteSource = {
        ...bytesSource(new Uint8Array(0)),
        size,
        readInto,
        blockBytes,
        concurrency,
      }
      await readStraight(source, 0, new Uint8Array(size))
      expect(lengths).toEqual(expected)
    },
  )

  test('progress within a read is by the mebibyte, and no byte counts twice', async () => {
    const done: number[] = []
    const readInto: ByteSource['readInto'] = async (_, target, { onBytes } = {}) => {
      for (let came = 0; came < target.length; came += MIB / 2) onBytes?.(MIB / 2)
      // as a source of one's own may, that reports what it reads again
      onBytes?.(5 * MIB)
    }
    const size = 2.25 * MIB
    const source: ByteSource = { ...bytesSource(new Uint8Array(0)), size, readInto, blockBytes: 4 * MIB }
    await readStraight(source, 0, new Uint8Array(size), { onBytes: (bytes) => done.push(bytes / MIB) })
    expect(done).toEqual([1, 2, 2.25])
  })

  test('an abort in the middle of a read stops it there', async () => {
    const controller = new AbortController()
    let came = 0
    const readInto: ByteSource['readInto'] = async (_, __, { onBytes } = {}) => {
      for (; came < 8; came++) onBytes?.(MIB)
    }
    const source: ByteSource = {
      ...bytesSource(new Uint8Array(0)),
      size: 8 * MIB,
      readInto,
      blockBytes: 8 * MIB,
    }
    const onBytes = (bytes: number) => bytes === 3 * MIB && controller.abort('enough')
    const reading = readStraight(source, 0, new Uint8Array(8 * MIB), { signal: controller.signal, onBytes })
    await expect(reading).rejects.toBe('enough')
    expect(came).toBe(2)
  })

  test('at most so many reads at once', async () => {
    const { source, readings } = recording(100, 3)
    const reading = readStraight(source, 0, new Uint8Array(100), options)
    expect(readings).toHaveLength(3)
    for (let given = 0; given < 10; given++) {
      readings[given]?.give()
      await new Promise((resolve) => setTimeout(resolve))
      expect(readings).toHaveLength(Math.min(10, 4 + given))
    }
    await reading
  })

  test('an abort stops every read, with its reason, and no progress follows', async () => {
    const { source, readings } = recording(100, 3)
    const controller = new AbortController()
    const done: number[] = []
    const onBytes = (bytes: number) => done.push(bytes)
    const reading = readStraight(source, 0, new Uint8Array(100), {
      ...options,
      signal: controller.signal,
      onBytes,
    })
    controller.abort('enough')
    await expect(reading).rejects.toBe('enough')
    expect(readings.map(({ signal }) => signal?.reason)).toEqual(['enough', 'enough', 'enough'])
    expect(done).toEqual([])
    await expect(readStraight(source, 0, new Uint8Array(9), { signal: controller.signal })).rejects.toBe(
      'enough',
    )
    expect(readings).toHaveLength(3)
  })

  test('a read that fails stops the others, and its error is thrown when all have ended', async () => {
    const error = new Error('the disk is gone')
    let ended = 0
    const source: ByteSource = {
      ...bytesSource(BYTES),
      concurrency: 3,
      read: async (start, _, { signal } = {}) => {
        if (start === 10) throw error
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
        ended++
        throw new Error('stopped')
      },
    }
    await expect(readStraight(source, 0, new Uint8Array(100), options)).rejects.toBe(error)
    expect(ended).toBe(2)
  })

  test('progress that throws, or aborts after the last block', async () => {
    const error = new Error('no more')
    const onBytes = () => {
      throw error
    }
    await expect(readStraight(bytesSource(BYTES), 0, new Uint8Array(9), { onBytes })).rejects.toBe(error)
    const controller = new AbortController()
    const reading = readStraight(bytesSource(BYTES), 0, new Uint8Array(20), {
      ...options,
      signal: controller.signal,
      onBytes: (done) => done === 20 && controller.abort('enough'),
    })
    await expect(reading).rejects.toBe('enough')
  })
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
