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
      expect(table.file).toMatchObject({ format: 'npy', rowCount: 2, dimension: 3 })
      expect([...table.rows]).toEqual(VALUES.map(Math.fround))
    }
  }
})

test('another type is named', async () => {
  const error = await rejection(readTable(npy({ descr: '<i8', data: new Uint8Array(48) })))
  expect(error.code).toBe('UNSUPPORTED')
  expect(error.message).toContain('<i8')
})

test.each([
  ['one dimension', { shape: '(6,)' }],
  ['three dimensions', { shape: '(1, 2, 3)' }],
  ['more rows than there are', { shape: '(200000000, 3)' }],
  ['a product beyond 2^53', { shape: '(9007199254740991, 9007199254740991)' }],
  ['fewer rows than there are', { shape: '(1, 3)' }],
  ['no rows', { shape: '(0, 3)' }],
  ['a negative size', { shape: '(-2, -3)' }],
])('%s', async (_, lie) => {
  const error = await rejection(readTable(npy(lie)))
  expect(['INVALID_FORMAT', 'TRUNCATED']).toContain(error.code)
})
