/**
 * A part with a CRC-32: read in any order, each byte is counted once, and what was not read is read when it
 * is checked.
 */
import { expect, test } from 'vitest'
import { bytesSource } from '../../src/sources/bytes.ts'
import { CheckedSource } from '../../src/sources/checked.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { rejection } from '../formats/files.ts'
import { crc32 } from '../formats/packed-files.ts'
import { randomNumbers } from '../oracle/tables.ts'

const SIZE = 500
const BYTES = Uint8Array.from({ length: SIZE + 20 }, (_, index) => (index * index) >> 3)
const [START, END] = [13, 13 + SIZE]
const CHECKSUM = crc32(BYTES.subarray(START, END))

function part(checksum = CHECKSUM, into = false) {
  const counted = { bytes: 0 }
  const inner = bytesSource(BYTES, 'file')
  const source: ByteSource = {
    ...inner,
    read: (start, end) => {
      counted.bytes += end - start
      return inner.read(start, end)
    },
    ...(into && {
      readInto: async (start: number, target: Uint8Array) => {
        counted.bytes += target.length
        target.set(BYTES.subarray(start, start + target.length))
      },
    }),
  }
  return { checked: new CheckedSource({ source, name: 'part', start: START, end: END, checksum }), counted }
}

const chunks = (sizes: number) =>
  Array.from({ length: Math.ceil(SIZE / sizes) }, (_, index): [number, number] => [
    index * sizes,
    Math.min(SIZE, (index + 1) * sizes),
  ])

test.each<[string, [number, number][], number]>([
  ['in order', chunks(100), SIZE],
  ['backwards', chunks(100).reverse(), SIZE],
  ['nothing', [], SIZE],
  ['all but the start', [[100, SIZE]], SIZE],
  ['all but the end', [[0, 400]], SIZE],
  [
    'two chunks with holes around them',
    [
      [300, 350],
      [100, 200],
    ],
    SIZE,
  ],
  // what overlaps from within is read again, as are chunks that came early
  [
    'a header in steps that overlap',
    [
      [0, 12],
      [10, 60],
      [60, SIZE],
    ],
    SIZE + 2,
  ],
  [
    'an early chunk that is overlapped',
    [
      [50, 150],
      [0, 100],
    ],
    SIZE + 100,
  ],
  [
    'the same twice',
    [
      [0, 200],
      [0, 200],
    ],
    SIZE + 200,
  ],
  [
    'one within another',
    [
      [0, 200],
      [50, 100],
    ],
    SIZE + 50,
  ],
])('%s', async (_, reads, expected) => {
  for (const into of [false, true]) {
    const { checked, counted } = part(CHECKSUM, into)
    for (const [start, end] of reads) {
      const target = new Uint8Array(end - start)
      await checked.readInto(start, target)
      expect(target).toEqual(BYTES.slice(START + start, START + end))
    }
    await checked.verify()
    await checked.verify()
    expect(counted.bytes).toBeLessThanOrEqual(expected)
    const wrong = part(CHECKSUM ^ 1, into).checked
    for (const [start, end] of reads) await wrong.readInto(start, new Uint8Array(end - start))
    expect(await rejection(wrong.verify())).toMatchObject({
      code: 'INVALID_FORMAT',
      message: expect.stringMatching(/^part is damaged: its checksum is [0-9a-f]{8}, and the archive says/),
    })
  }
})

test('in any order, of many chunks', async () => {
  const random = randomNumbers(8)
  for (let round = 0; round < 20; round++) {
    const shuffled = chunks(3)
      .map((chunk) => ({ chunk, place: random() }))
      .sort((a, b) => a.place - b.place)
    const { checked } = part()
    for (const { chunk } of shuffled) await checked.read(...chunk)
    await checked.verify()
  }
})

test('outside its part nothing is read', async () => {
  const { checked } = part()
  expect((await rejection(checked.read(0, SIZE + 1))).code).toBe('TRUNCATED')
  expect((await rejection(part(CHECKSUM, true).checked.readInto(SIZE, new Uint8Array(1)))).code).toBe(
    'TRUNCATED',
  )
})

test('an abort ends the check with its reason', async () => {
  const reason = new Error('enough')
  await expect(part().checked.verify({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})
