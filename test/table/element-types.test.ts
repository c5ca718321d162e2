/** Rows of every type answer as the float32 table of their numbers, to the bit. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bfloat16Bits, float16Bits } from '../../src/core/write-rows.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { expectFloats, expectMatches } from '../oracle/expect.ts'
import { HARD, hardQuery, hardTable } from '../oracle/hard-tables.ts'
import { searchAll } from '../oracle/search.ts'
import { METRICS, makeQuery, randomNumbers } from '../oracle/tables.ts'

/** IEEE 754 by the book. */
function numberOfHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const mantissa = bits & 1023
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}

function numberOfBFloat(bits: number): number {
  return new Float32Array(new Uint32Array([bits << 16]).buffer)[0]!
}

const NUMBER_OF = { bf16: numberOfBFloat, f16: numberOfHalf }
const BITS_OF = { bf16: bfloat16Bits, f16: float16Bits }
/** Largest finite patterns, as positive numbers. */
const LAST = { bf16: 0x7f7f, f16: 0x7bff }

describe.each(['bf16', 'f16'] as const)('%s', (dtype) => {
  test('every finite number is widened exactly, wherever in a row it stands', async () => {
    const finite = Array.from({ length: LAST[dtype] + 1 }, (_, bits) => [bits, bits | 0x8000]).flat()
    const dimension = 7
    while (finite.length % dimension !== 0) finite.push(0)
    const table = await EmbeddingTable.from(Uint16Array.from(finite), { dimension, dtype })
    expect(table.dtype).toBe(dtype)
    const ids = Array.from({ length: table.size }, (_, id) => id)
    expectFloats(table.gather(ids), finite.map(NUMBER_OF[dtype]))
    expectFloats(table.row(table.size - 1), finite.slice(-dimension).map(NUMBER_OF[dtype]))
  })

  test('infinities and NaN are rejected, naming row and column', async () => {
    for (const bits of [LAST[dtype] + 1, (LAST[dtype] + 1) | 0x8000, LAST[dtype] + 2, 0xffff]) {
      for (const place of [0, 5, 9]) {
        const rows = new Uint16Array(10)
        rows[place] = bits
        await expect(EmbeddingTable.from(rows, { dimension: 5, dtype })).rejects.toMatchObject({
          code: 'NON_FINITE',
          details: { row: Math.floor(place / 5), column: place % 5 },
        })
        const table = await EmbeddingTable.from(rows, { dimension: 5, dtype, nonFinite: 'skip' })
        expect(table.skipped).toBe(1)
        expectFloats(table.row(Math.floor(place / 5)), new Float32Array(5))
      }
    }
  })

  test('numbers are rounded to the nearest, ties to even', () => {
    const number = NUMBER_OF[dtype]
    const round = BITS_OF[dtype]
    for (let bits = 0; bits < LAST[dtype]; bits++) {
      const [below, above] = [number(bits), number(bits + 1)]
      const middle = (below + above) / 2 // 12 bits at most, or a denormal: exact in float32 but below 2^-149
      const even = bits % 2 === 0 ? bits : bits + 1
      const step = Math.max(middle * 2 ** -23, 2 ** -149)
      expect(round(below)).toBe(bits)
      expect(round(-below) & 0x7fff).toBe(bits)
      if (Math.fround(middle) === middle) expect(round(middle)).toBe(even)
      if (Math.fround(middle - step) > below) expect(round(Math.fround(middle - step))).toBe(bits)
      if (Math.fround(middle + step) < above) expect(round(Math.fround(middle + step))).toBe(bits + 1)
    }
    const half = (number(LAST[dtype]) - number(LAST[dtype] - 1)) / 2
    expect(round(number(LAST[dtype]) + half * 0.999)).toBe(LAST[dtype])
    expect(round(number(LAST[dtype]) + half)).toBe(LAST[dtype] + 1)
    expect(number(round(Number.NaN))).toBeNaN()
    expect(number(round(Number.NEGATIVE_INFINITY))).toBe(Number.NEGATIVE_INFINITY)
  })
})

const questions = fc.record({
  size: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1000, max: 2300 })),
  dimension: fc.oneof(fc.integer({ min: 1, max: 67 }), fc.constantFrom(100, 128)),
  kind: fc.constantFrom(...HARD),
  dtype: fc.constantFrom('bf16' as const, 'f16' as const, 'int8' as const),
  codes: fc.boolean(),
  seed: fc.integer({ min: 0, max: 2 ** 30 }),
  metric: fc.constantFrom(...METRICS),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
})

test('rows of every type answer as the oracle does on their numbers', async () => {
  await fc.assert(
    fc.asyncProperty(questions, async ({ size, dimension, kind, dtype, codes, seed, metric, share }) => {
      const made = hardTable(size, dimension, kind, seed)
      // the types reach to 65,504 and 3.39e38
      const most = dtype === 'f16' ? 65_000 : 3e38
      const fits = made.flat.map((value) => Math.max(-most, Math.min(most, value)))
      const table = await EmbeddingTable.from(fits, { dimension, dtype, codes })
      const flat = table.gather(Array.from({ length: size }, (_, id) => id))
      const rows = Array.from({ length: size }, (_, id) =>
        flat.subarray(id * dimension, (id + 1) * dimension),
      )
      const query = hardQuery({ size, dimension, flat, rows }, seed)
      const random = randomNumbers(seed + 3)
      const allowed = Array.from({ length: size }, () => random() < share || share > 0.5)
      const k = Math.floor(random() * Math.min(20, size + 3))
      const filter = table.idSet((id) => allowed[id]!)
      const expected = searchAll(rows, query, { k, metric, allowed: (id) => allowed[id]! })
      expectMatches(table.nearest(query, { k, metric, filter }), expected)
    }),
    { numRuns: 150 },
  )
})

test('int8 rows are code times scale, rounded to float32', async () => {
  const codes = Int8Array.from({ length: 3 * 256 }, (_, i) => (i % 256) - 128)
  const scales = [0.1, 3e-38, 2.5e36]
  const table = await EmbeddingTable.from(codes, { dimension: 256, dtype: 'int8', scales, codes: true })
  const rows = scales.map((scale) =>
    Float32Array.from({ length: 256 }, (_, i) => Math.fround((i - 128) * Math.fround(scale))),
  )
  for (const [id, row] of rows.entries()) expectFloats(table.row(id), row)
  const query = makeQuery(256, 'plain', 1)
  expectMatches(table.nearest(query), searchAll(rows, query, { k: 10, metric: 'cosine' }))
})

test('codes whose products with the scale vanish are zeros', async () => {
  const codes = new Int8Array(64 * 16).fill(1)
  const scales = new Float32Array(64).fill(2 ** -149)
  scales.fill(1e-45 / 4, 0, 32)
  codes.fill(100, 0, 16)
  const table = await EmbeddingTable.from(codes, { dimension: 16, dtype: 'int8', scales, codes: true })
  const rows = Array.from({ length: 64 }, (_, id) => table.row(id))
  const query = makeQuery(16, 'huge', 5)
  for (const metric of METRICS) {
    expectMatches(table.nearest(query, { k: 3, metric }), searchAll(rows, query, { k: 3, metric }))
  }
})

test('the scale of an int8 row comes from that row alone', async () => {
  using table = await EmbeddingTable.from([1, 2, 508, 254], { dimension: 2, dtype: 'int8' })
  expect([...table.row(0)]).toEqual([64, 127].map((code) => Math.fround(code * Math.fround(2 / 127))))
  expect([...table.row(1)]).toEqual([508, 256])
})

test('int8 rows made from numbers have the largest code 127', async () => {
  const table = await EmbeddingTable.from([1, -2, 0.5, 0, 0, 0], { dimension: 3, dtype: 'int8' })
  const scale = Math.fround(2 / 127)
  expectFloats(
    table.row(0),
    [64, -127, 32].map((code) => Math.fround(code * scale)),
  )
  expectFloats(table.row(1), [0, 0, 0])
})

describe('what does not fit is rejected', () => {
  const codes = new Int8Array(4)
  test.each([
    ['an unknown type', [1, 2], { dimension: 2, dtype: 'f64' as 'f32' }, 'INVALID_ARGUMENT'],
    [
      'scales without codes',
      [1, 2],
      { dimension: 2, dtype: 'int8' as const, scales: [1] },
      'INVALID_ARGUMENT',
    ],
    ['scales of float32 rows', [1, 2], { dimension: 2, scales: [1] }, 'INVALID_ARGUMENT'],
    ['too few scales', codes, { dimension: 2, dtype: 'int8' as const, scales: [1] }, 'LENGTH_MISMATCH'],
    [
      'a scale that is NaN',
      codes.fill(1),
      { dimension: 4, dtype: 'int8' as const, scales: [NaN] },
      'NON_FINITE',
    ],
    ['a number beyond halves', [1, 1e6], { dimension: 2, dtype: 'f16' as const }, 'NON_FINITE'],
  ] as const)('%s', async (_, rows, options, code) => {
    await expect(EmbeddingTable.from(rows, options)).rejects.toMatchObject({ code })
  })
})
