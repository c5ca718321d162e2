/** npz: arrays by name, words among them, and archives that lie. */
import { describe, expect, test } from 'vitest'
import { describeTableFile } from '../../src/formats/describe.ts'
import { openTableFile } from '../../src/formats/open.ts'
import { openTable } from '../../src/open.ts'
import { ascii, join, readTable, rejection, same } from './files.ts'
import { npy, wordArray, type ZipSpec, zip } from './packed-files.ts'

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
      rowCount: SIZE,
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

  test('the bits of float16 are kept', async () => {
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
  ['a stored entry of two sizes', () => with_({ stored: true, size: 5 }), 'INVALID_FORMAT', /5 bytes in/],
  [
    'fewer bytes than it promises',
    () => with_({ size: VECTORS.bytes.length + 1 }),
    'INVALID_FORMAT',
    /follow the array/,
  ],
  ['more bytes than it promises', () => with_({ size: VECTORS.bytes.length - 4 }), 'TRUNCATED', /cut short/],
  ['another checksum', () => with_({ checksum: 7 }), 'INVALID_FORMAT', /cannot be unpacked/],
  [
    'another name in its own header',
    () => with_({ localName: 'vectorz.npy' }),
    'INVALID_FORMAT',
    /says otherwise/,
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
    () => zip([VECTORS, { name: 'words.npy', bytes: npy('<U1', [1], Uint32Array.of(0x110000)) }]),
    'INVALID_FORMAT',
    /no code point/,
  ],
  [
    'an empty archive',
    async () => join([ascii('PK\u0003\u0004'), await zip([])]),
    'INVALID_FORMAT',
    /it has nothing/,
  ],
])('%s is refused', async (_, make, code, message) => {
  const error = await rejection(readTable(await make()))
  expect({ code: error.code, message: error.message }).toEqual({
    code,
    message: expect.stringMatching(message),
  })
})

test('cut after any byte: an error', async () => {
  const bytes = await zip([{ name: 'a.npy', bytes: npy('<f4', [5, 4], ROWS.subarray(0, 20)) }])
  for (let length = 4; length < bytes.length; length++) {
    const error = await rejection(readTable(bytes.subarray(0, length)))
    expect(['TRUNCATED', 'INVALID_FORMAT']).toContain(error.code)
  }
})
