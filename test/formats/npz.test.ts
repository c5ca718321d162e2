/** npz: arrays by name, words among them, and archives that lie. */
import { describe, expect, test } from 'vitest'
import { describeTableFile } from '../../src/open/describe-table-file.ts'
import { openTable } from '../../src/open/open-table.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { randomNumbers } from '../oracle/tables.ts'
import { ascii, join, readTable, rejection, same } from './files.ts'
import { gzip, npy, withSize, wordArray, type ZipEnd, type ZipSpec, zip } from './packed-files.ts'

const [SIZE, DIMENSION] = [700, 32]
const ROWS = Float32Array.from({ length: SIZE * DIMENSION }, (_, index) => Math.fround(Math.cos(index)))
const WORDS = Array.from({ length: SIZE }, (_, id) => (id === 5 ? 'größe 😀' : `w${id}`))
const VECTORS: ZipSpec = { name: 'vectors.npy', bytes: npy('<f4', [SIZE, DIMENSION], ROWS) }
const TOKENS: ZipSpec = { name: 'words.npy', bytes: wordArray(WORDS) }

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

  test('comments of any length on entries are passed over', async () => {
    const first = await zip([
      { name: 'a.npy', bytes: npy('<f4', [1, 2], Float32Array.of(3, 4)), stored: true },
    ])
    for (const length of [1, 255, 256, 300]) {
      const end = first.length - 22
      const bytes = join([first.subarray(0, end), new Uint8Array(length), first.subarray(end)])
      const view = new DataView(bytes.buffer)
      const entry = end - 46 - 'a.npy'.length
      view.setUint16(entry + 32, length, true)
      view.setUint32(end + length + 12, 46 + 'a.npy'.length + length, true)
      expect(Array.from((await readTable(bytes)).rows)).toEqual([3, 4])
    }
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

const with_ = (lie: Partial<ZipSpec>) => zip([{ ...VECTORS, ...lie }])
test.each<[string, () => Promise<Uint8Array>, string, RegExp]>([
  [
    'a path',
    () => with_({ name: '../vectors.npy' }),
    'INVALID_FORMAT',
    /"\.\.\/vectors\.npy" is no plain name/,
  ],
  ['a folder', () => with_({ name: 'a/vectors.npy' }), 'INVALID_FORMAT', /no plain name/],
  ['an absolute path', () => with_({ name: '/etc/passwd.npy' }), 'INVALID_FORMAT', /no plain name/],
  ['a drive', () => with_({ name: 'c:vectors.npy' }), 'INVALID_FORMAT', /no plain name/],
  ['a backslash', () => with_({ name: '..\\vectors.npy' }), 'INVALID_FORMAT', /no plain name/],
  ['a control sign', () => with_({ name: 'a\u0000.npy' }), 'INVALID_FORMAT', /no plain name/],
  ['an entry twice', () => zip([VECTORS, VECTORS]), 'INVALID_FORMAT', /"vectors\.npy" comes twice/],
  ['an encrypted entry', () => with_({ flags: 1 }), 'UNSUPPORTED', /encrypted/],
  ['another method', () => with_({ method: 12 }), 'UNSUPPORTED', /method 12/],
  [
    'a size that so few bytes cannot have',
    () => with_({ size: 3e9 }),
    'INVALID_FORMAT',
    /3000000000 bytes in/,
  ],
  [
    'a size in a zip64 field that is missing',
    () => with_({ size: 0xffffffff }),
    'INVALID_FORMAT',
    /4294967295 bytes in/,
  ],
  ['a stored entry of two sizes', () => with_({ stored: true, size: 5 }), 'INVALID_FORMAT', /5 bytes in/],
  [
    'fewer bytes than it promises',
    () => with_({ size: VECTORS.bytes.length + 1 }),
    'INVALID_FORMAT',
    /1 bytes follow the array of shape \(700, 32\)/,
  ],
  ['more bytes than it promises', () => with_({ size: VECTORS.bytes.length - 4 }), 'TRUNCATED', /cut short/],
  ['another checksum', () => with_({ checksum: 7 }), 'INVALID_FORMAT', /cannot be unpacked/],
  [
    'another name in its own header',
    () => with_({ local: { name: 'vectorz.npy' } }),
    'INVALID_FORMAT',
    /says otherwise/,
  ],
  ...(
    [
      ['size', { size: 1 }],
      ['packed size', { packed: 1 }],
      ['checksum', { checksum: 1 }],
      ['method', { method: 0 }],
      ['encryption', { flags: 1 }],
      ['size, though it follows the bytes', { flags: 8, size: 1, packed: 0, checksum: 0 }],
      ['packed size, though it follows the bytes', { flags: 8, size: 0, packed: 1, checksum: 0 }],
      ['checksum, though it follows the bytes', { flags: 8, size: 0, packed: 0, checksum: 1 }],
      ['sizes of nothing, though none follow', { size: 0, packed: 0, checksum: 0 }],
    ] as const
  ).map(([what, local]): [string, () => Promise<Uint8Array>, string, RegExp] => [
    `another ${what} in its own header`,
    () => with_({ local }),
    'INVALID_FORMAT',
    /the header of the entry "vectors\.npy" says otherwise than the directory/,
  ]),
  [
    'another size in the zip64 field of its own header',
    () => with_({ long: true, local: { size: 1 } }),
    'INVALID_FORMAT',
    /says otherwise/,
  ],
  [
    'bytes behind an entry',
    () => with_({ behind: new Uint8Array(16) }),
    'INVALID_FORMAT',
    /16 bytes behind its entry "vectors\.npy" belong to no entry/,
  ],
  [
    'bytes behind an entry that are no descriptor',
    () => with_({ behind: new Uint8Array(17), local: { flags: 8 } }),
    'INVALID_FORMAT',
    /17 bytes behind its entry/,
  ],
  ['an entry outside', () => with_({ start: 2e9 }), 'INVALID_FORMAT', /lies over what follows/],
  ['entries over each other', () => zip([VECTORS, { ...TOKENS, start: 0 }]), 'INVALID_FORMAT', /lies over/],
  [
    'no array',
    () => zip([{ name: 'glove.txt', bytes: ascii('a 1 2') }]),
    'INVALID_FORMAT',
    /without \.npy arrays \(it has "glove\.txt"\)/,
  ],
  [
    'words that are not one a row',
    () => zip([VECTORS, { name: 'words.npy', bytes: wordArray(['a']) }]),
    'INVALID_FORMAT',
    /1 words for 700 rows/,
  ],
  [
    'a word of no code points',
    () => {
      const points = new Uint32Array(SIZE)
      points[SIZE - 1] = 0x110000
      return zip([VECTORS, { name: 'words.npy', bytes: npy('<U1', [SIZE], points) }])
    },
    'INVALID_FORMAT',
    /no code point/,
  ],
  [
    'an entry before the first',
    async () => {
      const hidden = await zip([TOKENS])
      const shift = hidden.length
      const lies = { start: shift }
      const end = (await zip([VECTORS])).length - 22 - 46 - 'vectors.npy'.length + shift
      return join([hidden, await zip([{ ...VECTORS, ...lies }], '', { start: end })])
    },
    'INVALID_FORMAT',
    /\d+ bytes before its first entry belong to no entry/,
  ],
  ...(
    [
      ['a count that hides an entry', { counts: [1, 1] }, /goes on after the 1 entries that it counts/],
      [
        'more entries than there are',
        { counts: [3, 3] },
        /its directory ends in the middle|no entry|of 3 entries/,
      ],
      ['two counts', { counts: [1, 2] }, /counts 1 entries here and 2 in all/],
      ['a directory that is said to be shorter', { size: 20 }, /is said to end at byte \d+; it ends at/],
      ['a directory that is said to be elsewhere', { start: 0 }, /is said to end at byte \d+; it ends at/],
      ['bytes behind the directory', { before: new Uint8Array(5) }, /is said to end at byte/],
      ['two counts in the zip64 record', { long: { counts: [1, 2] } }, /counts 1 entries here and 2 in all/],
      ['another count in the zip64 record', { long: { counts: [1, 1] } }, /two directory ends/],
      ['another size in the zip64 record', { long: { size: 3 } }, /say different things|is said to end/],
      ['another start in the zip64 record', { long: { start: 3 } }, /say different things|is said to end/],
    ] as const
  ).map(([what, end, message]): [string, () => Promise<Uint8Array>, string, RegExp] => [
    what,
    () => zip([VECTORS, TOKENS], '', end),
    'INVALID_FORMAT',
    message,
  ]),
  ...(
    [
      ['the second of two files', { disks: [1, 0] }],
      ['a directory in another file', { disks: [0, 1] }],
      ['the second of two files, in zip64', { long: { disks: [1, 0] } }],
      ['a directory in another file, in zip64', { long: { disks: [0, 1] } }],
    ] as const
  ).map(([what, end]): [string, () => Promise<Uint8Array>, string, RegExp] => [
    what,
    () => zip([VECTORS, TOKENS], '', end),
    'UNSUPPORTED',
    /one of several files/,
  ]),
])('%s is rejected', async (_, make, code, message) => {
  const error = await rejection(readTable(await make()))
  expect({ code: error.code, message: error.message }).toEqual({
    code,
    message: expect.stringMatching(message),
  })
})

test('an empty archive has nothing', async () => {
  const error = await rejection(readTable(await zip([]), { format: 'npz' }))
  expect(error).toMatchObject({ code: 'INVALID_FORMAT', message: expect.stringContaining('it has nothing') })
})

describe('an archive that is unusual, and sound', () => {
  const zip64: ZipEnd = { long: {} }
  const marked: ZipEnd = { counts: [0xffff, 0xffff], size: 0xffffffff, start: 0xffffffff, long: {} }
  test.each<[string, Partial<ZipSpec>, ZipEnd]>([
    ['a zip64 record', {}, zip64],
    ['a zip64 record that alone has the numbers', {}, marked],
    ...[12, 16, 20, 24].map((bytes): [string, Partial<ZipSpec>, ZipEnd] => [
      `written as a stream: a descriptor of ${bytes} bytes`,
      { behind: new Uint8Array(bytes), local: { flags: 8, size: 0, packed: 0, checksum: 0 } },
      {},
    ]),
    [
      'written as a stream, its numbers in its header too',
      { behind: new Uint8Array(16), local: { flags: 8 } },
      {},
    ],
  ])('%s', async (_, more, end) => {
    for (const stored of [true, false]) {
      const bytes = await zip([{ ...VECTORS, ...more, stored }, TOKENS], '', end)
      const { rows, tokens } = await readTable(bytes)
      expect(same(rows, ROWS)).toBe(true)
      expect(tokens).toEqual(WORDS)
    }
  })
})

test('two records of the end that differ in their marks alone: each number is looked at', async () => {
  for (const end of [{ counts: [1, 1] }, { size: 1 }, { start: 1 }] as const) {
    const bytes = await zip([VECTORS, TOKENS], '', { ...end, long: {} })
    expect((await rejection(readTable(bytes))).message).toContain(
      'its two directory ends say different things',
    )
  }
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

test('cut after any byte: an error', async () => {
  const bytes = await zip([{ name: 'a.npy', bytes: npy('<f4', [5, 4], ROWS.subarray(0, 20)) }])
  for (let length = 4; length < bytes.length; length++) {
    const error = await rejection(readTable(bytes.subarray(0, length)))
    expect(['TRUNCATED', 'INVALID_FORMAT']).toContain(error.code)
  }
})
