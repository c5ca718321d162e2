/** Every type models are published in, against tables of what each bit pattern means, made another way. */
import { describe, expect, test } from 'vitest'
import { encodeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { openTable } from '../../src/open/open-table.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { join, readTable, rejection } from './files.ts'

/** The number of a sign, an exponent of `exponentBits` and a fraction, by the definition of binary floats. */
function meaning(bits: number, exponentBits: number, fractionBits: number): number {
  const sign = bits >> (exponentBits + fractionBits) ? -1 : 1
  const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1)
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits
  const bias = 2 ** (exponentBits - 1) - 1
  return exponent === 0 ? sign * 2 ** (1 - bias) * fraction : sign * 2 ** (exponent - bias) * (1 + fraction)
}

function file(dtype: string, shape: number[], bytes: ArrayBufferView): Uint8Array {
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = JSON.stringify({ 'wte.weight': { dtype, shape, data_offsets: [0, view.length] } })
  // a length that leaves the numbers unaligned
  const header = new TextEncoder().encode(text.length % 2 === 0 ? `${text} ` : text)
  const length = new Uint8Array(8)
  new DataView(length.buffer).setUint32(0, header.length, true)
  return join([length, header, view])
}

const allOf16 = (finite: (bits: number) => boolean) =>
  Uint16Array.from(Array.from({ length: 65_536 }, (_, bits) => bits).filter(finite))

describe('types of two bytes stay as they are', () => {
  test.each([
    ['BF16', 'bf16', 8, 7],
    ['F16', 'f16', 5, 10],
  ] as const)('%s', async (dtype, stored, exponentBits, fractionBits) => {
    const infinite = (2 ** exponentBits - 1) << fractionBits
    const bits = allOf16((each) => (each & infinite) !== infinite)
    const bytes = file(dtype, [bits.length / 2, 2], bits)
    const expected = Array.from(bits, (each) => meaning(each, exponentBits, fractionBits))
    // bf16 has numbers whose norms no float32 holds: rows alone are needed
    using table = await openTable(bytes, { codes: false })
    expect(table.dtype).toBe(stored)
    expect(table.size).toBe(bits.length / 2)
    const widened = await readTable(bytes)
    expect(widened.file).toMatchObject({ dtype: stored, elementType: stored })
    const rows = table.gather(Array.from({ length: table.size }, (_, id) => id))
    expected.forEach((value, place) => {
      if (!Object.is(rows[place], value)) expect.fail(`${bits[place]}: ${rows[place]}, not ${value}`)
      if (!Object.is(widened.rows[place], value))
        expect.fail(`${bits[place]}: ${widened.rows[place]} widened`)
    })
    using wide = await openTable(bytes, { codes: false, dtype: 'f32' })
    expect(wide.dtype).toBe('f32')
    expect(wide.row(7)).toEqual(table.row(7))
  })
})

describe('others are widened to float32', () => {
  test.each([
    ['F8_E4M3', 4, 3, (bits: number) => (bits & 0x7f) !== 0x7f],
    ['F8_E5M2', 5, 2, (bits: number) => (bits & 0x7c) !== 0x7c],
  ] as const)('%s', async (dtype, exponentBits, fractionBits, finite) => {
    const all = Array.from({ length: 256 }, (_, bits) => bits)
    const bytes = Uint8Array.from(all.filter(finite))
    const table = await readTable(file(dtype, [bytes.length, 1], bytes))
    expect(Array.from(table.rows)).toEqual(
      Array.from(bytes, (bits) => meaning(bits, exponentBits, fractionBits)),
    )
    const odd = all.filter((bits) => !finite(bits))
    const { rows } = await readTable(file(dtype, [odd.length, 1], Uint8Array.from(odd)))
    expect(rows.every((value) => !Number.isFinite(value))).toBe(true)
    expect((await rejection(openTable(file(dtype, [odd.length, 1], Uint8Array.from(odd))))).code).toBe(
      'NON_FINITE',
    )
  })

  test('I8 and U8 are whole numbers', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, bits) => bits)
    const unsigned = await readTable(file('U8', [128, 2], bytes))
    expect(Array.from(unsigned.rows)).toEqual(Array.from(bytes))
    const signed = await readTable(file('I8', [128, 2], bytes))
    expect(Array.from(signed.rows)).toEqual(Array.from(new Int8Array(bytes.buffer)))
    expect([signed.file.dtype, unsigned.file.dtype]).toEqual(['i8', 'u8'])
  })

  test('F64 is rounded to the nearest float32, and rejected where there is none', async () => {
    const numbers = Float64Array.of(0.1, -1e-50, 1 + 2 ** -24, 1 + 3 * 2 ** -24, 3.4e38, -0)
    const { rows, file: opened } = await readTable(file('F64', [3, 2], numbers))
    expect(Array.from(rows)).toEqual(Array.from(numbers, Math.fround))
    expect(opened.dtype).toBe('f64')
    const error = await rejection(readTable(file('F64', [3, 2], Float64Array.of(0, 0, 0, 1e39, 0, 0))))
    expect(error).toMatchObject({ code: 'NON_FINITE', details: { row: 1, column: 1 } })
  })

  test('what is no number of a table is rejected by name', async () => {
    const error = await rejection(readTable(file('I64', [2, 1], new BigInt64Array(2))))
    expect(error).toMatchObject({ code: 'UNSUPPORTED', message: expect.stringMatching(/I64 \[2,1\].*BF16/) })
  })
})

test('rows read straight into the table: each byte once, also where words come twice', async () => {
  const rows = Float32Array.from({ length: 700_000 }, (_, index) => Math.sin(index))
  const tokens = Array.from({ length: 70_000 }, (_, id) => `t${id === 9 ? 3 : id}`)
  const list = new TextEncoder().encode(JSON.stringify(tokens))
  const bytes = join(
    encodeSafetensors([
      { name: 'embeddings', dtype: 'F32', shape: [70_000, 10], bytes: new Uint8Array(rows.buffer) },
      { name: 'tokens', dtype: 'U8', shape: [list.length], bytes: list },
    ]),
  )
  const seen: [number, number][] = []
  const whole = bytesSource(bytes)
  using table = await openTable({
    ...whole,
    concurrency: 3,
    readInto: async (start, target) => {
      await new Promise((resolve) => setTimeout(resolve, (start * 7) % 5))
      target.set(bytes.subarray(start, start + target.length))
      seen.push([start, start + target.length])
    },
  })
  // each row keeps its place: it is the token's id
  expect(table).toMatchObject({ size: 70_000, duplicates: 0 })
  expect(table.id('t3')).toBe(3)
  expect(table.token(9)).toBe('t3')
  expect(table.row('t10')).toEqual(rows.subarray(100, 110))
  expect(table.row(69_999)).toEqual(rows.subarray(699_990))
  seen.sort(([a], [b]) => a - b)
  expect(seen.length).toBeGreaterThan(2)
  seen.slice(1).forEach(([start], index) => {
    expect(start).toBe(seen[index]![1])
  })
})
