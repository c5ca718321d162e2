/** The window through which GGUF headers are read: few reads of long headers, few bytes of short ones. */
import { expect, test } from 'vitest'
import { Cursor } from '../../src/formats/gguf/cursor.ts'
import { rejection } from './files.ts'

const KIB = 1024

/** A source of zeros, and the places and lengths of its reads. */
function zeros(size: number) {
  const reads: [start: number, bytes: number][] = []
  const read = async (start: number, end: number) => {
    reads.push([start, end - start])
    return new Uint8Array(end - start)
  }
  return { reads, cursor: new Cursor({ name: 'model.gguf', size, read }, undefined) }
}

test('each window is twice the one before, up to 4 MiB, and a longer value is read at once', async () => {
  const { reads, cursor } = zeros(64 * KIB * KIB)
  for (let window = 0; window < 8; window++) {
    await cursor.need(8, 'a value')
    cursor.skip(reads.at(-1)![1], 'a value')
  }
  const lengths = [128, 256, 512, 1024, 2048, 4096, 4096, 4096].map((length) => length * KIB)
  expect(reads.map(([, length]) => length)).toEqual(lengths)
  expect(reads.map(([start]) => start)).toEqual(
    lengths.map((_, index) => lengths.slice(0, index).reduce((sum, length) => sum + length, 0)),
  )
  await cursor.need(9 * KIB * KIB, 'a long value')
  expect(reads.at(-1)).toEqual([cursor.position, 9 * KIB * KIB])
})

test('what is in the window is not read again, and no window passes the end', async () => {
  const { reads, cursor } = zeros(128 * KIB + 5)
  expect(cursor.has(0)).toBe(true)
  expect(cursor.has(1)).toBe(false)
  await cursor.need(4, 'a value')
  expect([128 * KIB, 128 * KIB + 1].map((bytes) => cursor.has(bytes))).toEqual([true, false])
  expect([cursor.u32(), cursor.u64(), cursor.bytes(3).length, cursor.position]).toEqual([0, 0, 3, 15])
  await cursor.need(128 * KIB - 15, 'the rest')
  expect(reads).toHaveLength(1)
  await cursor.need(128 * KIB - 10, 'all of it')
  expect(reads[1]).toEqual([15, 128 * KIB - 10])
  expect([cursor.left, cursor.has(cursor.left), cursor.has(cursor.left + 1)]).toEqual([
    128 * KIB - 10,
    true,
    false,
  ])
  const error = await rejection(cursor.need(cursor.left + 1, 'a value'))
  expect(error).toMatchObject({ code: 'TRUNCATED', details: { expected: 128 * KIB + 6 } })
})
