/** Products that JavaScript holds exactly, and values as messages show them. */
import { expect, test } from 'vitest'
import {
  isCount,
  quoted,
  safeProduct,
  shapeText,
  shortened,
  shownValue,
} from '../../src/formats/malformed.ts'

test.each<[number[], number | undefined]>([
  [[], 1],
  [[7], 7],
  [[3, 4, 5], 60],
  [[0, 2 ** 60], undefined],
  [[2 ** 52, 2 ** 52, 0], 0],
  [[0, 3], 0],
  [[0, -1], undefined],
  [[0, 0.5], undefined],
  [[2 ** 26, 2 ** 27 - 1], 2 ** 26 * (2 ** 27 - 1)],
  [[2 ** 26, 2 ** 27], undefined],
  [[2 ** 53 - 1, 1], 2 ** 53 - 1],
  [[-2, -2], undefined],
  [[0.5, 2], undefined],
  [[Number.NaN], undefined],
  [[Infinity, 0], undefined],
])('the product of %j is %j', (factors, product) => {
  expect(safeProduct(factors)).toBe(product)
})

test('of 200,000 factors', () => {
  expect(safeProduct(Array(200_000).fill(1))).toBe(1)
})

test('counts', () => {
  for (const value of [0, 1, 2 ** 53 - 1]) expect(isCount(value)).toBe(true)
  for (const value of [-1, 0.5, 2 ** 53, Number.NaN, Infinity, '1', 1n, null, undefined, [1]]) {
    expect(isCount(value)).toBe(false)
  }
})

test('names, shapes and values are shortened', () => {
  expect(shortened('x'.repeat(80))).toBe('x'.repeat(80))
  expect(shortened('x'.repeat(81))).toBe(`${'x'.repeat(80)}…`)
  expect(quoted('a"\n')).toBe('"a\\"\\n"')
  expect(quoted('x'.repeat(81))).toBe(`"${'x'.repeat(80)}…"`)
  expect(shapeText([3, 4])).toBe('[3,4]')
  expect(shapeText(Array(64).fill(1))).not.toContain('…')
  expect(shapeText(Array(65).fill(1))).toBe(`[${Array(64).fill(1)},…]`)
  expect([1, 'a', null, undefined, true, [1, [2]], { a: 1 }].map(shownValue)).toEqual([
    '1',
    '"a"',
    'null',
    'undefined',
    'true',
    'a list of 2 values',
    'an object',
  ])
})
