/** npz: arrays by name, and words among them. */
import { describe, expect, test } from 'vitest'
import { describeTableFile } from '../../src/open/describe-table-file.ts'
import { openTable } from '../../src/open/open-table.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { randomNumbers } from '../oracle/tables.ts'
import { ascii, readTable, rejection, same } from './files.ts'
import { DIMENSION, ROWS, SIZE, TOKENS, VECTORS, WORDS } from './npz-files.ts'
import { gzip, npy, withSize, wordArray, zip } from './packed-files.ts'

describe('an archive as numpy writes it', () => {
  test.each([
    ['savez', { stored: true }],
    ['savez_compressed', {}],
    ['savez, sizes in zip64 fields', { stored: true, long: true }],
    ['savez_compressed, sizes in zip64 fields', { long: true }],
  ])('%s', async (_, how) => {
    const bytes = await zip([
      { ...VECTORS, ...how },
      { ...TOKENS, ...how },
    ])
    const table = await readTable(bytes)
    expect(table.file).toMatchObject({
      format: 'npz',
      size: SIZE,
      dimension: DIMENSION,
      tensor: 'vectors',
    })
    expect(same(table.rows, ROWS)).toBe(true)
    expect(table.tokens).toEqual(WORDS)
    using opened = await openTable(bytes)
    expect(opened.row('größe 😀')).toEqual(ROWS.subarray(5 * DIMENSION, 6 * DIMENSION))
  })

  test('a comment behind the directory, text beside the arrays, arrays of objects', async () => {
    const objects = npy('|O', [2], new Uint8Array(9))
    const files = [VECTORS, { name: 'readme.txt', bytes: ascii('hello') }, { name: 'o.npy', bytes: objects }]
    const file = await openTableFile(await zip(files, 'made by hand'))
    expect(describeTableFile(file)).toMatchObject({ parameters: SIZE * DIMENSION, tensor: 'vectors' })
    await file.close()
  })

  test('the only text of as many words as rows names them, whatever it is called', async () => {
    const few = { name: 'few.npy', bytes: wordArray(['a', 'b']) }
    const { tokens } = await readTable(await zip([VECTORS, few, { ...TOKENS, name: 'arr_1.npy' }]))
    expect(tokens).toEqual(WORDS)
  })

  test('of several arrays one is named; else the error lists them', async () => {
    const other = { name: 'other.npy', bytes: npy('<f8', [3, 2], Float64Array.of(1, 2, 3, 4, 5, 6)) }
    const bytes = await zip([VECTORS, other])
    expect(Array.from((await readTable(bytes, { tensor: 'other' })).rows)).toEqual([1, 2, 3, 4, 5, 6])
    const error = await rejection(readTable(bytes))
    expect(error.message).toContain('vectors (F32 [700,32]), other (F64 [3,2])')
  })

  test('only numbers count as parameters; floats have short names', async () => {
    const types: [descr: string, bytes: number, dtype: string, isNumber: boolean][] = [
      ['<f4', 4, 'F32', true],
      ['>f8', 8, 'F64', true],
      ['=f2', 2, 'F16', true],
      ['|b1', 1, '|b1', true],
      ['<i8', 8, '<i8', true],
      ['u2', 2, 'u2', true],
      ['<c16', 16, '<c16', true],
      ['|S12', 12, '|S12', false],
      ['<U11', 44, '<U11', false],
      ['|V5', 5, '|V5', false],
      ['<f16', 16, '<f16', false],
      ['x<i4', 4, 'x<i4', false],
    ]
    for (const [descr, bytes, dtype, isNumber] of types) {
      const values = new Uint8Array(3 * 7 * bytes)
      const other = { name: 'other.npy', bytes: npy(descr, [3, 7], values) }
      const file = await openTableFile(await zip([VECTORS, other]), { tensor: 'vectors' })
      expect(file.tensors?.[1]).toMatchObject({ name: 'other', dtype, shape: [3, 7] })
      expect(file.headerBytes).toBe(2 * 128)
      expect(file.parameters).toBe(SIZE * DIMENSION + (isNumber ? 21 : 0))
      await file.close()
    }
  })

  test('an array of known numbers must fill its entry, whatever its type', async () => {
    for (const [descr, bytes] of [
      ['|b1', 1],
      ['<i8', 8],
      ['u2', 2],
      ['=f4', 4],
      ['<c16', 16],
      ['|S12', 12],
      ['>U11', 44],
    ] as const) {
      const other = { name: 'other.npy', bytes: npy(descr, [3, 7], new Uint8Array(21 * bytes + 1)) }
      expect((await rejection(readTable(await zip([VECTORS, other])))).message).toContain(
        '1 bytes follow the array of shape (3, 7)',
      )
    }
  })

  test.each([true, false])('words of many letters, little-endian: %s', async (little) => {
    const words = ['a', 'b'.repeat(12), '']
    const points = new DataView(new ArrayBuffer(3 * 12 * 4))
    for (const [row, word] of words.entries()) {
      Array.from(word, (letter, place) =>
        points.setUint32((row * 12 + place) * 4, letter.charCodeAt(0), little),
      )
    }
    const array = { name: 'x.npy', bytes: npy(`${little ? '<' : '>'}U12`, [3], points) }
    const rows = { name: 'v.npy', bytes: npy('<f4', [3, 1], Float32Array.of(1, 2, 3)) }
    expect((await readTable(await zip([rows, array]))).tokens).toEqual(words)
  })

  test.each(['words', 'tokens', 'vocab', 'vocabulary', 'keys', 'labels'])(
    'of two texts the one called %s names the rows',
    async (name) => {
      const other = { name: 'a.npy', bytes: wordArray(WORDS.map((word) => `${word}!`)) }
      expect(
        (await readTable(await zip([VECTORS, other, { ...TOKENS, name: `${name}.npy` }]))).tokens,
      ).toEqual(WORDS)
      // which of two unnamed ones it is cannot be known
      expect(
        (await readTable(await zip([VECTORS, other, { ...TOKENS, name: 'b.npy' }]))).tokens,
      ).toBeUndefined()
    },
  )

  test('a text of two dimensions, or of no letters, has no words', async () => {
    const square = { name: 'words.npy', bytes: npy('<U1', [SIZE, 1], new Uint32Array(SIZE).fill(97)) }
    expect((await readTable(await zip([VECTORS, square]))).tokens).toBeUndefined()
    const empty = { name: 'words.npy', bytes: npy('<U0', [SIZE], new Uint8Array(0)) }
    expect(await rejection(readTable(await zip([VECTORS, empty])))).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining("its words are '<U0'"),
    })
  })

  test('the bits of float16 stay', async () => {
    const halves = Uint16Array.from({ length: 64 }, (_, index) => 0x3c00 + index)
    using table = await openTable(await zip([{ name: 'a.npy', bytes: npy('<f2', [8, 8], halves) }]))
    expect(table.dtype).toBe('f16')
    expect(table.row(0)[1]).toBe(1 + 2 ** -10)
  })
})

test.each<[string, () => Promise<Uint8Array>, RegExp]>([
  [
    'no array',
    () => zip([{ name: 'glove.txt', bytes: ascii('a 1 2') }]),
    /without \.npy arrays \(it has "glove\.txt"\)/,
  ],
  [
    'words that are not one per row',
    () => zip([VECTORS, { name: 'words.npy', bytes: wordArray(['a']) }]),
    /1 words for 700 rows/,
  ],
  [
    'a word of no code points',
    () => {
      const points = new Uint32Array(SIZE)
      points[SIZE - 1] = 0x110000
      return zip([VECTORS, { name: 'words.npy', bytes: npy('<U1', [SIZE], points) }])
    },
    /no code point/,
  ],
])('%s is rejected', async (_, make, message) => {
  const error = await rejection(readTable(await make()))
  expect({ code: error.code, message: error.message }).toEqual({
    code: 'INVALID_FORMAT',
    message: expect.stringMatching(message),
  })
})

test('an empty archive has nothing', async () => {
  const error = await rejection(readTable(await zip([]), { format: 'npz' }))
  expect(error).toMatchObject({ code: 'INVALID_FORMAT', message: expect.stringContaining('it has nothing') })
})

test('in a gzip file it is unpacked once, however many arrays it has', async () => {
  const values = Float32Array.from({ length: 40_000 }, (_, index) => Math.sin(index))
  const arrays = Array.from({ length: 60 }, (_, id) => {
    const bytes = npy('<f4', [400, 100], values)
    return { name: `${id === 0 ? 'embeddings' : `a${id}`}.npy`, bytes, stored: id % 2 === 0 }
  })
  const packed = await gzip(await zip(arrays.reverse()))
  let read = 0
  const source: ByteSource = {
    ...bytesSource(packed),
    read: async (start, end) => {
      read += end - start
      return packed.subarray(start, end)
    },
  }
  expect(same((await readTable(source)).rows, values)).toBe(true)
  // its first bytes, to know what it is, and its last four, for the size
  expect(read).toBeLessThan(2 * packed.length)
})

test('words of more than a block are read whole', async () => {
  const words = Array.from({ length: 25_000 }, (_, id) => `word number ${id}`)
  const bytes = await zip([
    { name: 'vectors.npy', bytes: npy('<f4', [words.length, 1], new Float32Array(words.length)) },
    { name: 'words.npy', bytes: wordArray(words), stored: true },
  ])
  expect((await readTable(bytes)).tokens).toEqual(words)
})

test('in a gzip file of more than is held, it is to be unpacked first', async () => {
  const random = randomNumbers(5)
  const noise = Float32Array.from({ length: 100_000 }, () => random())
  const packed = await gzip(
    await zip([{ name: 'a.npy', bytes: npy('<f4', [1_000, 100], noise), stored: true }]),
  )
  expect(await rejection(openTableFile(withSize(packed, 2 ** 28 + 1)))).toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringMatching(/of at most 268435456 bytes; this one has 268435457. Unpack it first/),
  })
})
