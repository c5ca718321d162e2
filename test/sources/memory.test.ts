/** Bytes and Blobs as sources: any range inside, an error outside, never a short array. */
import { describe, expect, test } from 'vitest'
import { blobSource } from '../../src/sources/blob.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { closeAll } from '../../src/sources/source.ts'
import { rejection } from '../formats/files.ts'

const BYTES = Uint8Array.of(9, 8, 7, 6, 5)

describe.each([
  ['a Uint8Array', () => bytesSource(BYTES), 'bytes'],
  ['an ArrayBuffer', () => bytesSource(BYTES.slice().buffer, 'mine'), 'mine'],
  ['a Blob', () => blobSource(new Blob([BYTES])), 'blob'],
  ['a File', () => blobSource(new File([BYTES], 'a.npy')), 'a.npy'],
  ['a File without a name', () => blobSource(new File([BYTES], '')), 'blob'],
])('%s', (_, open, name) => {
  test('has a name and a size, and any range inside', async () => {
    const source = open()
    expect(source).toMatchObject({ name, size: 5 })
    expect(await source.read(1, 4)).toEqual(Uint8Array.of(8, 7, 6))
    expect(await source.read(0, 5)).toEqual(BYTES)
    expect(await source.read(5, 5)).toHaveLength(0)
  })

  test.each([
    [-1, 2],
    [3, 2],
    [0, 6],
    [6, 6],
  ])('nothing from %i to %i', async (start, end) => {
    expect(await rejection(open().read(start, end))).toMatchObject({
      code: 'TRUNCATED',
      message: `${name}: bytes ${start} to ${end} were requested, but it has only 5 bytes.`,
      details: { source: name, start, end, size: 5 },
    })
  })

  test('an abort is its reason', async () => {
    await expect(open().read(0, 1, { signal: AbortSignal.abort('no') })).rejects.toBe('no')
  })
})

/** A Blob whose slices give what `read` gives. */
function strangeBlob(read: () => Promise<ArrayBuffer>): Blob {
  return { size: 5, slice: () => ({ arrayBuffer: read }) } as unknown as Blob
}

test('a File that changed on the disk: the browser’s reason, and what to do', async () => {
  const cause = new DOMException('gone', 'NotReadableError')
  expect(await rejection(blobSource(strangeBlob(() => Promise.reject(cause))).read(0, 1))).toMatchObject({
    code: 'IO',
    message: expect.stringMatching(/^blob could not be read: gone\..*choose it again\.$/),
    details: { source: 'blob' },
    cause,
  })
})

test('a Blob that gives fewer bytes than it has', async () => {
  const source = blobSource(strangeBlob(async () => new ArrayBuffer(2)))
  expect(await source.read(3, 5)).toHaveLength(2)
  expect((await rejection(source.read(2, 5))).code).toBe('TRUNCATED')
})

test('an abort while a Blob is read', async () => {
  const controller = new AbortController()
  const source = blobSource(
    strangeBlob(async () => {
      controller.abort('enough')
      return new ArrayBuffer(1)
    }),
  )
  await expect(source.read(0, 1, { signal: controller.signal })).rejects.toBe('enough')
})

test('all are closed, whatever one of them throws, and the first error is thrown', async () => {
  const closed: string[] = []
  const closing = (name: string, error?: Error) => ({
    ...bytesSource(BYTES, name),
    close: async () => {
      closed.push(name)
      if (error) throw error
    },
  })
  const [first, second] = [new Error('first'), new Error('second')]
  const sources = [closing('a', first), bytesSource(BYTES), closing('b', second), closing('c')]
  await expect(closeAll(sources)).rejects.toBe(first)
  expect(closed).toEqual(['a', 'b', 'c'])
  await closeAll([closing('d'), bytesSource(BYTES)])
})
