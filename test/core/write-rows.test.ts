/** Rows as numbers, written as each element type stores them. (Rounding: test/table/element-types.test.ts.) */
import { expect, test } from 'vitest'
import { float16Bits, writeRows } from '../../src/core/write-rows.ts'

test('float32 rows are copied as they are', () => {
  const target = new Float32Array(3)
  writeRows(
    { rows: [1, -2.5, 3e38], scales: undefined, dimension: 3, dtype: 'f32' },
    target,
    new Float32Array(0),
  )
  expect([...target]).toEqual([1, -2.5, Math.fround(3e38)])
})

test('bf16 and f16 rows come from numbers or as bits', () => {
  const none = new Float32Array(0)
  for (const [dtype, bits] of [
    ['bf16', 0x3fc0],
    ['f16', 0x3e00],
  ] as const) {
    const target = new Uint16Array(1)
    writeRows({ rows: [1.5], scales: undefined, dimension: 1, dtype }, target, none)
    expect([...target]).toEqual([bits])
    writeRows({ rows: Uint16Array.of(7), scales: undefined, dimension: 1, dtype }, target, none)
    expect([...target]).toEqual([7])
  }
})

test('int8 rows get a scale each; numbers too small for one become zeros', () => {
  const target = new Int8Array(6)
  const scales = new Float32Array(3)
  const rows = [127, -63.5, 0, 0, 1e-45, -1e-45]
  writeRows({ rows, scales: undefined, dimension: 2, dtype: 'int8' }, target, scales)
  expect([...target]).toEqual([127, -63, 0, 0, 0, 0])
  expect([...scales]).toEqual([1, 0, 0])
})

test.each([[[Number.NaN, 3]], [[3, Number.NaN]], [[Number.NaN, Number.POSITIVE_INFINITY]]])(
  'int8 rows of %s have a scale that is not finite, so that they are found',
  (rows) => {
    const scales = new Float32Array(1)
    writeRows({ rows, scales: undefined, dimension: 2, dtype: 'int8' }, new Int8Array(2), scales)
    expect(Number.isFinite(scales[0])).toBe(false)
  },
)

test('from 65,520 on a half is infinite', () => {
  expect(float16Bits(65_519)).toBe(0x7bff)
  expect(float16Bits(65_520)).toBe(0x7c00)
  expect(float16Bits(-1e9)).toBe(0xfc00)
})
