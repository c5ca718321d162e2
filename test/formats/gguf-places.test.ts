/**
 * GGUF: where tensors lie. Alignments, types with their block sizes, offsets, and the order of dimensions.
 */
import { describe, expect, test } from 'vitest'
import { readGgufHeader } from '../../src/formats/gguf/header.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { readTable, rejection } from './files.ts'
import { bytesOf, F32, type GgufTensorSpec, gguf, list, u32, u64 } from './gguf-files.ts'

const numbers = (count: number) => bytesOf(Float32Array.from({ length: count }, (_, index) => index + 1))
const tensor = (name: string, count: number): GgufTensorSpec => ({
  name,
  shape: [count, 1],
  type: F32,
  bytes: numbers(count),
})

describe.each([1, 2, 8, 32, 64, 4_096])('an alignment of %i', (alignment) => {
  test('places tensors, whatever padding lies between', async () => {
    for (const counts of [
      [3, 5],
      [8, 8],
      [1, 1, 1],
    ]) {
      const tensors = counts.map((count, index) => tensor(`t${index}`, count))
      const bytes = gguf({ tensors, alignment })
      const header = await readGgufHeader(bytesSource(bytes))
      expect(header.alignment).toBe(alignment)
      expect(header.headerBytes % alignment).toBe(0)
      for (const { name, start, end } of header.tensors.values()) {
        expect((start - header.headerBytes) % alignment).toBe(0)
        const { rows } = await readTable(bytes, { tensor: name })
        expect([...rows]).toEqual(
          rows.map((_, index) => index + 1).length ? [...rows.keys()].map((key) => key + 1) : [],
        )
        expect(end! - start).toBe(4 * rows.length)
      }
    }
  })
})

test('without tensors and without data the header ends with the file', async () => {
  const bytes = gguf({ tensors: [] })
  const cut = bytes.subarray(0, 24)
  const header = await readGgufHeader(bytesSource(cut))
  expect(header).toMatchObject({ headerBytes: 24, alignment: 32, tokenizer: undefined, tokens: undefined })
  expect(header.tensors.size).toBe(0)
})

test('alignments that are no power of two, or none', async () => {
  for (const [value, code] of [
    [3, /is 3/],
    [0, /is 0/],
    [48, /is 48/],
    [2 ** 31 + 2, /is 2147483650/],
  ] as const) {
    const file = gguf({
      tensors: [tensor('a', 1)],
      metadata: [['general.alignment', { type: 4, bytes: u32(value) }]],
    })
    expect((await rejection(openTableFile(file))).message).toMatch(code)
  }
  const wide = gguf({
    tensors: [tensor('a', 1)],
    metadata: [['general.alignment', { type: 10, bytes: u64(32) }]],
  })
  expect((await rejection(openTableFile(wide))).message).toContain('is of value type 10; a power of two')
})

/** From ggml's table of types: numbers in a block, bytes of a block. */
const TYPES: [id: number, name: string, block: number, bytes: number][] = [
  [0, 'F32', 1, 4],
  [1, 'F16', 1, 2],
  [2, 'Q4_0', 32, 18],
  [3, 'Q4_1', 32, 20],
  [6, 'Q5_0', 32, 22],
  [7, 'Q5_1', 32, 24],
  [8, 'Q8_0', 32, 34],
  [9, 'Q8_1', 32, 36],
  [10, 'Q2_K', 256, 84],
  [11, 'Q3_K', 256, 110],
  [12, 'Q4_K', 256, 144],
  [13, 'Q5_K', 256, 176],
  [14, 'Q6_K', 256, 210],
  [15, 'Q8_K', 256, 292],
  [16, 'IQ2_XXS', 256, 66],
  [17, 'IQ2_XS', 256, 74],
  [18, 'IQ3_XXS', 256, 98],
  [19, 'IQ1_S', 256, 50],
  [20, 'IQ4_NL', 32, 18],
  [21, 'IQ3_S', 256, 110],
  [22, 'IQ2_S', 256, 82],
  [23, 'IQ4_XS', 256, 136],
  [24, 'I8', 1, 1],
  [25, 'I16', 1, 2],
  [26, 'I32', 1, 4],
  [27, 'I64', 1, 8],
  [28, 'F64', 1, 8],
  [29, 'IQ1_M', 256, 56],
  [30, 'BF16', 1, 2],
  [34, 'TQ1_0', 256, 54],
  [35, 'TQ2_0', 256, 66],
  [39, 'MXFP4', 32, 17],
  [40, 'NVFP4', 64, 36],
  [41, 'Q1_0', 128, 18],
  [42, 'Q2_0', 64, 18],
]

test.each(TYPES)('type %i, %s: blocks of %i numbers in %i bytes', async (type, name, block, blockBytes) => {
  const shape = [2, 3 * block]
  const bytes = new Uint8Array(6 * blockBytes)
  // the tensor behind it lies where it ends
  const file = gguf({ tensors: [{ name: 'first', shape, type, bytes }, tensor('token_embd.weight', 2)] })
  const header = await readGgufHeader(bytesSource(file))
  const first = header.tensors.get('first')
  expect(first).toMatchObject({ dtype: name, shape, elements: 6 * block })
  expect(first!.end! - first!.start).toBe(bytes.length)
  expect([...(await readTable(file, { tensor: 'token_embd.weight' })).rows]).toEqual([1, 2])
  if (block > 1) {
    const half = gguf({ tensors: [{ name: 'a', shape: [2 * block, 1], type, bytes }] })
    expect((await rejection(openTableFile(half))).message).toContain(
      `no whole blocks of ${block} numbers (${name})`,
    )
  }
})

test('types that there are not, between those that there are', async () => {
  for (const type of [4, 5, 31, 32, 33, 36, 37, 38, 43]) {
    const file = gguf({ tensors: [{ ...tensor('a', 4), type }] })
    expect(await rejection(openTableFile(file))).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining(`is type ${type} [4,1]`),
    })
  }
})

describe('what lies', () => {
  const [a, b] = [tensor('a', 8), tensor('b', 8)]
  test.each<[string, readonly GgufTensorSpec[], string, RegExp]>([
    [
      'an offset between alignments',
      [{ ...a, offset: 16 }],
      'INVALID_FORMAT',
      /offset 16, which is no multiple/,
    ],
    ['a hole before the first', [{ ...a, offset: 32 }], 'TRUNCATED', /cut short/],
    [
      'a hole between',
      [a, { ...b, offset: 64 }, { ...tensor('c', 8), shape: [0, 1], offset: 96 }],
      'INVALID_FORMAT',
      /"b" leaves a hole/,
    ],
    ['one over the other', [a, { ...b, offset: 0 }], 'INVALID_FORMAT', /overlaps/],
    ['more behind than there is', [{ ...a, shape: [17, 1] }], 'TRUNCATED', /tensor "a" needs \d+ bytes/],
    ['shorter than its shape', [{ ...a, shape: [9, 1], bytes: numbers(8) }], 'TRUNCATED', /cut short/],
    [
      'longer than its shape',
      [{ ...a, shape: [8, 1], bytes: numbers(9) }, b],
      'INVALID_FORMAT',
      /"b" leaves a hole/,
    ],
    ['an offset past 2^53', [{ ...a, offset: 2 ** 60 }], 'INVALID_FORMAT', /which is no multiple/],
    ['an unknown type out of bounds', [{ ...a, type: 99, offset: 2 ** 40 }], 'TRUNCATED', /cut short/],
    ['no dimension', [{ ...a, shape: [] }], 'NOT_FOUND', /no two-dimensional tensor/],
    ['four dimensions', [{ ...a, shape: [1, 2, 2, 2] }], 'NOT_FOUND', /no two-dimensional tensor/],
    [
      'no columns',
      [{ ...a, shape: [8, 0], bytes: new Uint8Array() }],
      'INVALID_FORMAT',
      /there are no rows in it/,
    ],
  ])('%s', async (_, tensors, code, message) => {
    const error = await rejection(openTableFile(gguf({ tensors })))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
  })
})

test('dimensions are named from the innermost out: rows of the shape come last in the file', async () => {
  const { file, rows } = await readTable(gguf({ tensors: [{ ...tensor('a', 6), shape: [2, 3] }] }))
  expect(file).toMatchObject({ size: 2, dimension: 3, parameters: 6, tensor: 'a' })
  expect([...rows]).toEqual([1, 2, 3, 4, 5, 6])
})

test('metadata of every value type is passed over', async () => {
  const sizes: [number, number][] = [
    [0, 1],
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 4],
    [5, 4],
    [6, 4],
    [7, 1],
    [10, 8],
    [11, 8],
    [12, 8],
  ]
  for (const [type, size] of sizes) {
    const value = { type, bytes: new Uint8Array(size).fill(3) }
    const metadata = [
      ['single', value],
      ['list', list(type, 3, new Uint8Array(3 * size))],
      ['empty list', list(type, 0, new Uint8Array())],
      ['after', 'text'],
    ] as const
    const { rows } = await readTable(gguf({ tensors: [tensor('a', 2)], metadata }))
    expect([...rows]).toEqual([1, 2])
  }
})

test('texts of any length are read across the windows of a long header', async () => {
  const tokens = Array.from({ length: 30_000 }, (_, id) => `${id}é`.repeat(1 + (id % 40)))
  tokens[17_000] = 'x'.repeat(16_383)
  const file = gguf({
    tensors: [tensor('a', 2)],
    metadata: [
      ['before', tokens.slice(0, 9_000)],
      ['tokenizer.ggml.tokens', tokens],
      ['after', tokens.slice(0, 9_000)],
    ],
  })
  expect(file.length).toBeGreaterThan(1 << 22)
  const header = await readGgufHeader(bytesSource(file))
  expect(header.tokens).toEqual(tokens)
  expect([...(await readTable(file)).rows]).toEqual([1, 2])
})
