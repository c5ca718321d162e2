/** Zip archives: entries and directories that lie, and archives that are unusual and sound. */
import { describe, expect, test } from 'vitest'
import { join, readTable, rejection, same } from './files.ts'
import { ROWS, TOKENS, VECTORS, WORDS } from './npz-files.ts'
import { npy, type ZipEnd, type ZipSpec, zip } from './packed-files.ts'

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
      ['more entries than there are', { counts: [3, 3] }, /its directory of 3 entries has 112 bytes/],
      ['two counts', { counts: [1, 2] }, /counts 1 entries here and 2 in all/],
      ['a directory that is said to be shorter', { size: 20 }, /is said to end at byte \d+; it ends at/],
      ['a directory that is said to be elsewhere', { start: 0 }, /is said to end at byte \d+; it ends at/],
      ['bytes behind the directory', { before: new Uint8Array(5) }, /is said to end at byte/],
      ['two counts in the zip64 record', { long: { counts: [1, 2] } }, /counts 1 entries here and 2 in all/],
      ['another count in the zip64 record', { long: { counts: [1, 1] } }, /two directory ends/],
      ['another size in the zip64 record', { long: { size: 3 } }, /two directory ends say different things/],
      [
        'another start in the zip64 record',
        { long: { start: 3 } },
        /two directory ends say different things/,
      ],
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

test('comments of any length on entries are passed over', async () => {
  const first = await zip([{ name: 'a.npy', bytes: npy('<f4', [1, 2], Float32Array.of(3, 4)), stored: true }])
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

test('two records of the end that differ in their marks alone: each number is looked at', async () => {
  for (const end of [{ counts: [1, 1] }, { size: 1 }, { start: 1 }] as const) {
    const bytes = await zip([VECTORS, TOKENS], '', { ...end, long: {} })
    expect((await rejection(readTable(bytes))).message).toContain(
      'its two directory ends say different things',
    )
  }
})

test.each([
  ['a first entry without its signature', 0, 0, /its directory holds something that is not an entry/],
  [
    'a first comment that takes all the rest but a byte',
    32,
    112 - 46 - 11 - 1,
    /ends in the middle of an entry/,
  ],
  [
    'a first comment that takes a byte more than there is',
    32,
    112 - 46 - 11 + 1,
    /ends in the middle of an entry/,
  ],
] as const)('%s is rejected', async (_, place, value, message) => {
  const bytes = await zip([VECTORS, TOKENS])
  const directory = bytes.length - 22 - 112
  new DataView(bytes.buffer).setUint16(directory + place, value, true)
  expect(await rejection(readTable(bytes))).toMatchObject({
    code: 'INVALID_FORMAT',
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
