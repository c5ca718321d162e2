/** Rows of more bytes than are read at once: each is in its place, wherever in a row a block ends. */
import { describe, expect, test } from 'vitest'
import { encodeSafetensors, type TensorToWrite } from '../../src/formats/safetensors/writer.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { join, readTable, rejection, same } from './files.ts'
import { bytesOf, gguf, Q8_0, q8Rows } from './gguf-files.ts'
import { npy } from './packed-files.ts'

// a block of 1 MiB ends within a row, for numbers of any size
const [SIZE, DIMENSION] = [12_000, 96]
const COUNT = SIZE * DIMENSION
const ROWS = Float32Array.from({ length: COUNT }, (_, place) => {
  return ((Math.floor(place / DIMENSION) * 31 + (place % DIMENSION) * 7) % 251) - 125
})
const CODES = Int8Array.from(ROWS)
const SCALES = Float32Array.from({ length: SIZE }, (_, row) => Math.fround(0.01 + (row % 97) / 7))
const tensor = (dtype: string, array: ArrayBufferView, name = 'embeddings', shape = [SIZE, DIMENSION]) =>
  ({ name, dtype, shape, bytes: bytesOf(array) }) satisfies TensorToWrite
const scales = tensor('F32', SCALES, 'scales', [SIZE])
const columns = Float64Array.from({ length: COUNT }, (_, place) => {
  return ROWS[(place % SIZE) * DIMENSION + Math.floor(place / SIZE)] ?? 0
})
const swapped = (array: Uint32Array) => {
  const view = new DataView(new ArrayBuffer(array.byteLength))
  array.forEach((value, place) => {
    view.setUint32(place * 4, value, false)
  })
  return new Uint8Array(view.buffer)
}
const columnsFile = () => {
  const file = npy('<f8', [SIZE, DIMENSION], columns)
  file.set(new TextEncoder().encode("'fortran_order': True,  "), 10 + "{'descr': '<f8', ".length)
  return file
}

const FILES: Record<string, [() => Uint8Array, Float32Array, isReadByRow: boolean]> = {
  'safetensors F64': [() => join(encodeSafetensors([tensor('F64', Float64Array.from(ROWS))])), ROWS, true],
  'safetensors I8': [() => join(encodeSafetensors([tensor('I8', CODES)])), ROWS, true],
  'safetensors I8 with scales': [
    () => join(encodeSafetensors([tensor('I8', CODES), scales])),
    ROWS.map((code, place) => code * (SCALES[Math.floor(place / DIMENSION)] ?? 0)),
    true,
  ],
  'GGUF Q8_0': [
    () => {
      const bytes = q8Rows(CODES, new Uint16Array(COUNT / 32).fill(0x3800))
      return gguf({ tensors: [{ name: 'token_embd.weight', shape: [SIZE, DIMENSION], type: Q8_0, bytes }] })
    },
    ROWS.map((code) => code / 2),
    true,
  ],
  'npy, columns first': [columnsFile, ROWS, false],
  'npy, big-endian': [
    () => npy('>f4', [SIZE, DIMENSION], swapped(new Uint32Array(ROWS.buffer))),
    ROWS,
    false,
  ],
}

describe.each(Object.entries(FILES))('%s', (_, [make, expected, isReadByRow]) => {
  test('loaded whole', async () => {
    expect(same((await readTable(make())).rows, expected)).toBe(true)
  })

  test(`read by rows: ${isReadByRow}`, async () => {
    const file = await openTableFile(make())
    expect(file.rows !== undefined).toBe(isReadByRow)
    const rows = file.rows
    if (rows === undefined) return file.close()
    for (const [start, end] of [
      [0, 3],
      [777, 11_999],
      [SIZE - 1, SIZE],
    ] as const) {
      const read = await rows.read(start, end)
      expect(same(read, expected.slice(start * DIMENSION, end * DIMENSION))).toBe(true)
    }
    await file.close()
  })
})

test('rows are read by places within the table alone: another tensor may lie behind it', async () => {
  const numbers = Float32Array.of(1, 2, 3, 4)
  const bytes = join(
    encodeSafetensors([
      tensor('F32', numbers, 'embeddings', [2, 2]),
      tensor('F32', numbers, 'other', [2, 2]),
    ]),
  )
  const file = await openTableFile(bytes)
  const rows = file.rows
  expect(Array.from((await rows?.read(1, 2)) ?? [])).toEqual([3, 4])
  expect((await rows?.read(2, 2))?.length).toBe(0)
  for (const [start, end] of [
    [-1, 1],
    [1, 3],
    [2, 1],
    [0.5, 1],
    [0, 1.5],
    [Number.NaN, 1],
    [0, undefined as unknown as number],
  ] as const) {
    expect(await rejection(Promise.resolve(rows?.read(start, end)))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `bytes: rows ${start} to ${end} must be a range of its 2 rows.`,
    })
  }
  await file.close()
})

test('bits are loaded into a Uint16Array alone', async () => {
  const bytes = join(encodeSafetensors([tensor('BF16', Uint16Array.of(1, 2), 'embeddings', [1, 2])]))
  const file = await openTableFile(bytes)
  expect(await rejection(Promise.resolve(file.loadBits?.(new Float32Array(2) as never)))).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('must be a Uint16Array'),
  })
  await file.close()
})

test('a number too large for float32 names its row and column in any block, and however it is read', async () => {
  const wide = Float64Array.from(ROWS)
  wide[9_001 * DIMENSION + 5] = -1e300
  const bytes = join(encodeSafetensors([tensor('F64', wide)]))
  const expected = { code: 'NON_FINITE', details: { row: 9_001, column: 5, value: -1e300 } }
  expect(await rejection(readTable(bytes))).toMatchObject(expected)
  const file = await openTableFile(bytes)
  const rows = file.rows
  expect(await rejection(Promise.resolve(rows?.read(9_000, 9_002)))).toMatchObject(expected)
  await file.close()
})
