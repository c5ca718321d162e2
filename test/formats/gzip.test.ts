/**
 * Tables that are gzipped: every format, streams that are cut, altered, and that unpack to more than they
 * promise.
 */
import { describe, expect, test } from 'vitest'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { openTable } from '../../src/open/open-table.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { gunzipped, isGzip } from '../../src/sources/gzip.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { ascii, join, readTable, rejection, same } from './files.ts'
import { bytesOf, smallGguf } from './gguf-files.ts'
import { gzip, npy, withSize } from './packed-files.ts'

const [SIZE, DIMENSION] = [2_000, 40]
const ROWS = Float32Array.from({ length: SIZE * DIMENSION }, (_, index) => Math.fround(Math.sin(index * 7)))
const WORDS = Array.from({ length: SIZE }, (_, id) => `word${id}`)
const TABLE = writableRows(ROWS, DIMENSION, WORDS)
const text = join(writeWord2vecText(TABLE))

const FILES = {
  'word2vec-text': text,
  'glove-text': text.subarray(text.indexOf(10) + 1),
  'word2vec-binary': join(writeWord2vecBinary(TABLE)),
  safetensors: join(writeSafetensors(TABLE)),
  npy: npy('<f4', [SIZE, DIMENSION], ROWS),
}

test('a gzip file is known by three bytes, each of which matters', () => {
  expect(isGzip(Uint8Array.of(0x1f, 0x8b, 8))).toBe(true)
  for (const [a, b, c] of [
    [0x1e, 0x8b, 8],
    [0x1f, 0x8a, 8],
    [0x1f, 0x8b, 7],
  ] as const)
    expect(isGzip(Uint8Array.of(a, b, c))).toBe(false)
})

test.each(Object.entries(FILES))('%s', async (format, bytes) => {
  const packed = await gzip(bytes)
  const table = await readTable(packed)
  expect(table.file).toMatchObject({ format, size: SIZE, dimension: DIMENSION })
  expect(same(table.rows, ROWS)).toBe(true)
  expect(table.tokens).toEqual(format === 'npy' ? undefined : WORDS)
})

test('gguf, with its tokens', async () => {
  using table = await openTable(await gzip(smallGguf(500, 32)))
  expect(table.token(4)).toBe(' word4')
  expect(table.row(1)[0]).toBe(Math.fround(Math.sin(33)))
})

test('a file of bytes alone, opened by its words beside it', async () => {
  const name = 'vectors.npy.gz'
  const source: ByteSource = {
    ...bytesSource(await gzip(FILES.npy), name),
    sibling: async (beside) =>
      beside === 'vectors.txt' ? bytesSource(ascii(WORDS.join('\n')), beside) : undefined,
  }
  expect((await readTable(source)).tokens).toEqual(WORDS)
})

describe('any range, in any order', () => {
  const contents = Uint8Array.from({ length: 300_000 }, (_, index) => (index * index) >> 7)
  test('gives the bytes that were packed; forwards the stream goes on, backwards it begins again', async () => {
    const packed = await gzip(contents)
    let read = 0
    const source: ByteSource = {
      ...bytesSource(packed),
      read: async (start, end) => {
        read += end - start
        return packed.subarray(start, end)
      },
    }
    const unpacked = await gunzipped(source)
    expect(unpacked.size).toBe(contents.length)
    const check = async (start: number, end: number) =>
      expect(same(await unpacked.read(start, end), contents.subarray(start, end))).toBe(true)
    await check(0, 65_536)
    await check(10, 70_000)
    await check(100_000, 100_001)
    await check(299_990, 300_000)
    // once, and the trailer
    expect(read).toBe(packed.length + 4)
    await check(0, 300_000)
    await check(5, 60_000)
    expect(read).toBe(2 * packed.length + 4)
    await Promise.all([check(7, 200_000), check(3, 9), check(250_000, 300_000)])
    expect((await rejection(unpacked.read(299_999, 300_001))).code).toBe('TRUNCATED')
    await unpacked.close()
  })

  test('an abort ends the read with its reason, and a later read begins again', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const packed = await gzip(contents)
    let waits = true
    const source: ByteSource = {
      ...bytesSource(packed),
      read: (start, end, options) =>
        waits && start === 0
          ? new Promise((_, reject) => {
              options?.signal?.addEventListener('abort', () => reject(options.signal!.reason))
              controller.abort(reason)
            })
          : Promise.resolve(packed.subarray(start, end)),
    }
    const unpacked = await gunzipped(source)
    await expect(unpacked.read(0, 100, { signal: controller.signal })).rejects.toBe(reason)
    waits = false
    expect(await unpacked.read(0, 100)).toEqual(contents.slice(0, 100))
    await unpacked.close()
  })

  test('what reading the packed bytes throws comes through', async () => {
    const packed = await gzip(contents)
    const reason = new Error('the disk is gone')
    const source: ByteSource = {
      ...bytesSource(packed),
      read: async (start, end) => {
        if (start === 0) throw reason
        return packed.subarray(start, end)
      },
    }
    await expect((await gunzipped(source)).read(0, 100)).rejects.toBe(reason)
  })
})

describe('is rejected', () => {
  test('cut after any byte, or with any byte of its data or trailer altered', async () => {
    const table = writableRows(ROWS.subarray(0, 60), 6, WORDS.slice(0, 10))
    const packed = await gzip(join(writeWord2vecText(table)))
    for (let length = 2; length < packed.length; length += 3) {
      const error = await rejection(readTable(packed.subarray(0, length)))
      expect(['TRUNCATED', 'INVALID_FORMAT']).toContain(error.code)
    }
    for (let place = 10; place < packed.length; place += 3) {
      const altered = packed.slice()
      altered[place]! ^= 0x40
      const error = await rejection(readTable(altered))
      expect(['TRUNCATED', 'INVALID_FORMAT', 'INVALID_ENCODING']).toContain(error.code)
    }
  })

  test.each<[string, () => Promise<Uint8Array>, RegExp]>([
    [
      'a trailer that promises fewer bytes than there are',
      async () => withSize(await gzip(text), 1_000),
      /promises to be 4294968296 bytes when it is unpacked/,
    ],
    [
      'a trailer that promises more than so few bytes can hold',
      async () => withSize(await gzip(ascii('2 2\na 1 2\nb 3 4\n')), 2 ** 32 - 1),
      /promises to be 4294967295 bytes when it is unpacked, more than \d+ packed bytes can hold/,
    ],
    [
      'two gzip files in one',
      async () => join([await gzip(ascii('1 2\na 1 2\n')), await gzip(ascii('b 3 4\n'))]),
      /holds more than the 6 bytes that it promises|cannot be unpacked/,
    ],
    ['nothing in it', () => gzip(new Uint8Array()), /is empty/],
    ['a gzip file in a gzip file', async () => gzip(await gzip(text)), /is no table that rowspace knows/],
    [
      'bytes behind its end',
      async () => join([await gzip(text), new Uint8Array(40)]),
      /promises to be 4294967296 bytes when it is unpacked/,
    ],
  ])('%s', async (_, make, message) => {
    const error = await rejection(readTable(await make()))
    expect({ code: error.code, message: error.message }).toEqual({
      code: 'INVALID_FORMAT',
      message: expect.stringMatching(message),
    })
  })

  test('a size that lies by a little, by the checksum that only the end has', async () => {
    const packed = await gzip(FILES.npy)
    const shorter = await rejection(readTable(withSize(packed, FILES.npy.length - 1)))
    expect(shorter).toMatchObject({
      code: 'TRUNCATED',
      message: expect.stringContaining('the array of shape'),
    })
    const unpacked = await gunzipped(bytesSource(withSize(packed, FILES.npy.length - 1)))
    const end = unpacked.size
    expect(await rejection(unpacked.read(0, end))).toMatchObject({ code: 'INVALID_FORMAT' })
    const more = await gunzipped(bytesSource(withSize(packed, FILES.npy.length + 1)))
    expect(await rejection(more.read(0, more.size))).toMatchObject({ code: 'INVALID_FORMAT' })
    for (const source of [unpacked, more]) await source.close()
  })

  test('fewer bytes than the shortest stream', async () => {
    const shortest = await gzip(new Uint8Array())
    expect(shortest).toHaveLength(20)
    expect((await gunzipped(bytesSource(shortest))).size).toBe(0)
    const error = await rejection(gunzipped(bytesSource(shortest.subarray(0, 19))))
    expect(error).toMatchObject({
      code: 'TRUNCATED',
      message: expect.stringContaining('19 bytes are no gzip file'),
    })
  })

  test('a stream is checked once: what was sound is not unpacked again', async () => {
    const packed = await gzip(FILES.npy)
    let reads = 0
    const source: ByteSource = {
      ...bytesSource(packed),
      read: async (start, end) => {
        reads++
        return packed.subarray(start, end)
      },
    }
    const unpacked = await gunzipped(source)
    await unpacked.verify()
    const before = reads
    await unpacked.verify()
    await unpacked.read(unpacked.size, unpacked.size)
    await unpacked.close()
    await unpacked.verify()
    expect(reads).toBe(before)
  })

  const bomb = (head: string, filling: string) =>
    gzip(join([ascii(head), new Uint8Array(16_000_000).fill(filling.charCodeAt(0))]))
  test.each([
    [
      'numbers that go on and on',
      '1 3\na 1 2 ',
      '1',
      /announces 1 rows of 3 numbers, and \d+ bytes are more/,
    ],
    ['empty lines', '1 3\na 1 2 3\n', '\n', /bytes are more than they can take/],
    ['a word without end', '900 3\na 1 2 3\n', 'b', /the line at byte \d+ is longer than 19455 bytes/],
    ['zeros behind a binary row', '1 3\n', '\0', /announces|more than they can take/],
    ['nothing known', '', '\0', /is no table/],
  ])('a bomb: %s', async (_, head, filling, message) => {
    const packed = await bomb(head, filling)
    expect(packed.length).toBeLessThan(100_000)
    let rows = 0
    const opening = openTableFile(packed).then(async (file) => {
      rows = file.size * file.dimension
      await file.load(new Float32Array(rows))
    })
    expect((await rejection(opening)).message).toMatch(message)
    expect(rows).toBeLessThan(10_000)
  })

  test('a bomb behind an npy header, which promises so many bytes and no more', async () => {
    const packed = await gzip(join([FILES.npy, new Uint8Array(16_000_000)]))
    expect((await rejection(readTable(packed))).message).toMatch(/16000000 bytes follow the array/)
    const honest = withSize(packed, FILES.npy.length)
    expect((await rejection(readTable(honest))).message).toMatch(
      /holds more than the \d+ bytes|cannot be unpacked/,
    )
  })
})

test('the last number of a row past 4 GiB: the size is the smallest that fits', async () => {
  const packed = await gzip(bytesOf(ROWS))
  // a trailer holds the size modulo 2^32: so many packed bytes cannot be fewer
  const huge: ByteSource = {
    name: 'huge.gz',
    size: 3_000_000_000,
    read: async (start, end) => (start > 0 ? packed.subarray(-4) : packed.subarray(0, end)),
  }
  expect((await gunzipped(huge)).size).toBe(ROWS.byteLength + 2 ** 32)
})
