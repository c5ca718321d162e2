/** npy: byte orders, memory orders, types, and headers that lie. */
import { expect, test } from 'vitest'
import { ascii, join, readTable, rejection } from './files.ts'

const VALUES = [1.5, -2, 3e-5, 4, 5.25, -6]

interface Npy {
  descr?: string
  fortran?: boolean
  shape?: string
  version?: number
  data?: Uint8Array
}

/** An npy file of VALUES as 2 x 3 (NEP 1). */
function npy({ descr = '<f4', fortran = false, shape = '(2, 3)', version = 1, data }: Npy = {}): Uint8Array {
  const dict = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`
  const start = version === 1 ? 10 : 12
  const padded = `${dict.padEnd(Math.ceil((start + dict.length + 1) / 64) * 64 - start - 1)}\n`
  const head = new Uint8Array(start)
  head.set([0x93, ...ascii('NUMPY'), version, 0])
  const view = new DataView(head.buffer)
  if (version === 1) view.setUint16(8, padded.length, true)
  else view.setUint32(8, padded.length, true)
  return join([head, ascii(padded), data ?? numbers(descr, fortran)])
}

function numbers(descr: string, fortran: boolean): Uint8Array {
  const wide = descr.endsWith('8')
  const view = new DataView(new ArrayBuffer(VALUES.length * (wide ? 8 : 4)))
  const order = fortran ? [0, 3, 1, 4, 2, 5] : [0, 1, 2, 3, 4, 5]
  for (const [place, index] of order.entries()) {
    const little = descr.startsWith('<')
    if (wide) view.setFloat64(place * 8, VALUES[index]!, little)
    else view.setFloat32(place * 4, VALUES[index]!, little)
  }
  return new Uint8Array(view.buffer)
}

test.each(['<f4', '>f4', '<f8', '>f8'])('%s in either memory order, versions 1 to 3', async (descr) => {
  for (const fortran of [false, true]) {
    for (const version of [1, 2, 3]) {
      const table = await readTable(npy({ descr, fortran, version }))
      expect(table.file).toMatchObject({ format: 'npy', size: 2, dimension: 3 })
      expect([...table.rows]).toEqual(VALUES.map(Math.fround))
    }
  }
})

test('another type is named', async () => {
  const error = await rejection(readTable(npy({ descr: '<i8', data: new Uint8Array(48) })))
  expect(error.code).toBe('UNSUPPORTED')
  expect(error.message).toContain('<i8')
})

test.each<[string, Npy, string, RegExp]>([
  ['one dimension', { shape: '(6,)' }, 'INVALID_FORMAT', /its shape is \(6\); a table has two dimensions/],
  ['no dimension', { shape: '()' }, 'INVALID_FORMAT', /its shape is \(\); a table has two/],
  ['three dimensions', { shape: '(1, 2, 3)' }, 'INVALID_FORMAT', /a table has two dimensions/],
  ['more rows than there are', { shape: '(200000000, 3)' }, 'TRUNCATED', /shape \(200000000, 3\) needs/],
  ['one number more than there is', { shape: '(7, 1)' }, 'TRUNCATED', /shape \(7, 1\) needs 156 bytes/],
  [
    'a product beyond 2^53',
    { shape: '(9007199254740991, 9007199254740991)' },
    'INVALID_FORMAT',
    /no file is so large/,
  ],
  [
    'fewer rows than there are',
    { shape: '(1, 3)' },
    'INVALID_FORMAT',
    /12 bytes follow the array of shape \(1, 3\)/,
  ],
  ['no rows', { shape: '(0, 3)' }, 'INVALID_FORMAT', /no rows/],
  ['no columns', { shape: '(3, 0)' }, 'INVALID_FORMAT', /no rows/],
  ['a negative size', { shape: '(-2, -3)' }, 'INVALID_FORMAT', /cannot be read/],
  ['a size past 2^53', { shape: '(9007199254740993, 1)' }, 'INVALID_FORMAT', /not a tuple of integers/],
  ['a size that is missing', { shape: '(2,,3)' }, 'INVALID_FORMAT', /not a tuple of integers/],
  ['a size with a space', { shape: '(2 2, 3)' }, 'INVALID_FORMAT', /not a tuple of integers/],
  ['a shape that is a list', { shape: '[2, 3]' }, 'INVALID_FORMAT', /cannot be read/],
  ['version 0', { version: 0 }, 'UNSUPPORTED', /npy version 0\.0; versions 1, 2 and 3/],
  ['version 4', { version: 4 }, 'UNSUPPORTED', /npy version 4\.0/],
  ['whole numbers', { descr: '<i4' }, 'UNSUPPORTED', /its numbers are '<i4'; float16/],
  ['no byte order', { descr: '|f4' }, 'UNSUPPORTED', /its numbers are '\|f4'/],
  ['more behind a type', { descr: '<f4x' }, 'UNSUPPORTED', /its numbers are '<f4x'/],
  ['more before a type', { descr: 'x<f4' }, 'UNSUPPORTED', /its numbers are 'x<f4'/],
  ['float128', { descr: '<f16' }, 'UNSUPPORTED', /its numbers are '<f16'/],
])('%s', async (_, lie, code, message) => {
  const error = await rejection(readTable(npy(lie)))
  expect({ code: error.code, message: error.message }).toEqual({
    code,
    message: expect.stringMatching(message),
  })
})

/** A file of VALUES with this for its header. */
function withDict(dict: string): Uint8Array {
  const length = Uint8Array.of(dict.length & 255, dict.length >> 8)
  return join([
    Uint8Array.of(0x93),
    ascii('NUMPY'),
    Uint8Array.of(1, 0),
    length,
    ascii(dict),
    numbers('<f4', false),
  ])
}

test.each([
  "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}",
  "{'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}",
  `{"descr":"<f4","fortran_order":False,"shape":(2,3)}`,
  " { 'descr' : '<f4' , 'fortran_order' : False , 'shape' : ( 2 , 3 , ) , } \n",
  "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }",
])('the header %s', async (dict) => {
  const table = await readTable(withDict(dict))
  expect([...table.rows]).toEqual(VALUES.map(Math.fround))
  expect(table.file.headerBytes).toBe(10 + dict.length)
})

test.each<[string, string, RegExp]>([
  ['', 'INVALID_FORMAT', /is not a Python dict/],
  ['[]', 'INVALID_FORMAT', /is not a Python dict/],
  ["{'descr': '<f4'", 'INVALID_FORMAT', /is not a Python dict/],
  ["'descr': '<f4'}", 'INVALID_FORMAT', /is not a Python dict/],
  ['{}', 'INVALID_FORMAT', /lacks one of descr, fortran_order and shape/],
  ["{'descr': '<f4', 'shape': (2, 3)}", 'INVALID_FORMAT', /lacks one of/],
  ["{'descr': '<f4', 'fortran_order': False}", 'INVALID_FORMAT', /lacks one of/],
  ["{'fortran_order': False, 'shape': (2, 3)}", 'INVALID_FORMAT', /lacks one of/],
  ["{'descr': True, 'fortran_order': False, 'shape': (2, 3)}", 'INVALID_FORMAT', /lacks one of/],
  ["{'descr': '<f4', 'fortran_order': 'no', 'shape': (2, 3)}", 'INVALID_FORMAT', /lacks one of/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': '2'}", 'INVALID_FORMAT', /lacks one of/],
  [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'x': ''}",
    'INVALID_FORMAT',
    /has keys besides/,
  ],
  [
    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}",
    'INVALID_FORMAT',
    /key descr twice/,
  ],
  ["{'descr': '<f4' 'fortran_order': False, 'shape': (2, 3)}", 'INVALID_FORMAT', /cannot be read/],
  ["{'descr': '<f4\", 'fortran_order': False, 'shape': (2, 3)}", 'INVALID_FORMAT', /cannot be read/],
  [
    "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}",
    'UNSUPPORTED',
    /a structured npy array/,
  ],
  ["{'shape': [('descr')]}", 'INVALID_FORMAT', /cannot be read/],
])('rejected: %s', async (dict, code, message) => {
  const error = await rejection(readTable(withDict(dict)))
  expect({ code: error.code, message: error.message }).toEqual({
    code,
    message: expect.stringMatching(message),
  })
})

test('float16 in any order: bits stay as they are, or converted', async () => {
  const halves = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x4200, 0x8400)
  const values = [1, -2, 65_504, 2 ** -24, 3, -(2 ** -14)]
  const swapped = halves.map((half) => (half >> 8) | (half << 8))
  const columns = Uint16Array.from([0, 3, 1, 4, 2, 5], (place) => halves[place] ?? 0)
  for (const [descr, fortran, data] of [
    ['<f2', false, halves],
    ['>f2', false, swapped],
    ['<f2', true, columns],
  ] as const) {
    const table = await readTable(npy({ descr, fortran, data: new Uint8Array(data.buffer) }))
    expect([...table.rows]).toEqual(values)
    // only what lies as a table has it can be loaded as bits, or read row by row
    const isAsKept = descr === '<f2' && !fortran
    expect(table.file.elementType).toBe(isAsKept ? 'f16' : undefined)
    expect(table.file.loadBits !== undefined).toBe(isAsKept)
    expect(table.file.rows !== undefined).toBe(isAsKept)
  }
})

test('a float64 that no float32 is near names its row and column, in rows and in columns', async () => {
  for (const [fortran, place] of [
    [false, 4],
    [true, 3],
  ] as const) {
    const data = new Float64Array(6)
    data[place] = 1e300
    const error = await rejection(
      readTable(npy({ descr: '<f8', fortran, data: new Uint8Array(data.buffer) })),
    )
    expect(error).toMatchObject({ code: 'NON_FINITE', details: { row: 1, column: 1 } })
  }
})

test('eleven bytes are no header', async () => {
  expect((await rejection(readTable(npy().subarray(0, 11)))).message).toContain(
    'the start of an npy header needs 12',
  )
  expect((await rejection(readTable(npy().subarray(0, 127)))).message).toContain('its npy header needs 128')
})
