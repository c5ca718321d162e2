/** A gzip stream as a source: what is read of the file for which part of the contents, and how it ends. */
import { expect, test } from 'vitest'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { UnpackedSource } from '../../src/sources/unpacked.ts'
import { rejection, same } from '../formats/files.ts'
import { gzip } from '../formats/packed-files.ts'
import { randomNumbers } from '../oracle/tables.ts'

const SIZE = 900_000
/** Bytes that cannot be packed. */
const RANDOM = randomNumbers(5)
const CONTENTS = Uint8Array.from({ length: SIZE }, () => RANDOM() * 256)
const PACKED = await gzip(CONTENTS)

/** The stream behind 9 other bytes, and the ranges of the file that were read. */
function open(packed: Partial<{ size: number; end: number }> = {}) {
  const file = new Uint8Array(9 + PACKED.length + 9)
  file.set(PACKED, 9)
  const inner = bytesSource(file, 'file')
  const ranges: [number, number][] = []
  const source: ByteSource = {
    ...inner,
    read: async (start, end, options) => {
      ranges.push([start, end])
      return inner.read(start, end, options)
    },
    sibling: async (name) => bytesSource(new Uint8Array(1), name),
  }
  const end = 9 + PACKED.length
  return {
    unpacked: new UnpackedSource({ source, name: 'x', size: SIZE, start: 9, end, ...packed }),
    ranges,
    end,
  }
}

const check = async (source: ByteSource, start: number, end: number) =>
  expect(same(await source.read(start, end), CONTENTS.subarray(start, end))).toBe(true)

test('a header needs the first 64 KiB of the file, and is held', async () => {
  const { unpacked, ranges, end } = open()
  await check(unpacked, 0, 1_000)
  expect(ranges).toEqual([[9, 9 + 65_536]])
  await check(unpacked, 10, 2_000)
  expect(ranges).toHaveLength(1)
  await check(unpacked, 100, 200_000)
  expect(ranges).toEqual([
    [9, 9 + 65_536],
    [9 + 65_536, end],
  ])
  // what is held is not read again; what lies behind it needs the stream from its beginning
  await check(unpacked, 3, 65_536)
  expect(ranges).toHaveLength(2)
  await check(unpacked, 3, 65_537)
  expect(ranges[2]).toEqual([9, 9 + 65_536])
  await unpacked.close()
})

test('a stream that is shorter than promised', async () => {
  const { unpacked } = open({ size: SIZE + 5 })
  await check(unpacked, 0, SIZE)
  expect(await rejection(unpacked.read(SIZE, SIZE + 5))).toMatchObject({
    code: 'TRUNCATED',
    message: expect.stringMatching(
      /^x is cut short: 900005 bytes were to be unpacked and there are 900000\./,
    ),
    details: { source: 'x', expected: SIZE + 5, actual: SIZE },
  })
})

test('a stream that is longer than promised, at its end alone', async () => {
  const { unpacked } = open({ size: SIZE - 5 })
  await check(unpacked, 0, SIZE - 6)
  const error = { code: 'INVALID_FORMAT', details: { source: 'x', expected: SIZE - 5 } }
  expect(await rejection(unpacked.read(SIZE - 6, SIZE - 5))).toMatchObject(error)
  expect(await rejection(unpacked.verify())).toMatchObject(error)
})

test('a stream without its trailer is sound until its end', async () => {
  const { unpacked, end } = open({ end: 9 + PACKED.length - 4 })
  await check(unpacked, 0, SIZE - 1)
  expect(await rejection(unpacked.read(0, SIZE))).toMatchObject({
    code: 'INVALID_FORMAT',
    message: expect.stringMatching(/^x cannot be unpacked: /),
    cause: expect.anything(),
  })
  expect(end).toBe(9 + PACKED.length)
})

test('an abort: of a check, of a read that waits for another, and the next read goes on', async () => {
  const { unpacked } = open()
  await expect(unpacked.verify({ signal: AbortSignal.abort('no') })).rejects.toBe('no')
  const controller = new AbortController()
  const first = unpacked.read(0, 500_000)
  const second = unpacked.read(0, 10, { signal: controller.signal })
  controller.abort('enough')
  await expect(second).rejects.toBe('enough')
  expect(await first).toHaveLength(500_000)
  await check(unpacked, 5, 600_000)
  await unpacked.close()
  await check(unpacked, 5, 600_000)
  await unpacked.verify()
})

test('beside it lies what lies beside its file', async () => {
  const { unpacked } = open()
  expect((await unpacked.sibling('words.json'))?.name).toBe('words.json')
  const alone = new UnpackedSource({ source: bytesSource(PACKED), name: 'x', size: SIZE, start: 0, end: 9 })
  expect(await alone.sibling('words.json')).toBeUndefined()
  expect((await rejection(alone.readInto(SIZE, new Uint8Array(1)))).code).toBe('TRUNCATED')
})
