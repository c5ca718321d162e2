/** Checks of what callers pass, and how errors show it. */
import { expect, describe as suite, test } from 'vitest'
import {
  checkCount,
  checkLength,
  checkNumbers,
  checkWhole,
  describe,
  isVector,
  readList,
} from '../../src/core/values.ts'

const rejects = (work: () => unknown, code: string, message: string, details: object = {}) =>
  expect(work).toThrow(expect.objectContaining({ code, message, details }))

test('errors show a value on one short line', () => {
  const shown: [unknown, string][] = [
    ['a "b"', '"a \\"b\\""'],
    ['x'.repeat(60), `"${'x'.repeat(60)}"`],
    ['x'.repeat(61), `"${'x'.repeat(60)}"… (61 letters)`],
    [() => 1, 'a function'],
    [5n, '5n'],
    [-(2n ** 63n), '-9223372036854775808n'],
    [2n ** 63n, 'a large bigint'],
    [Number.NaN, 'NaN'],
    [null, 'null'],
    [undefined, 'undefined'],
    [Symbol('s'.repeat(100)), `Symbol(${'s'.repeat(53)}`],
    [[1, 2], 'Array'],
    [new Map(), 'Map'],
    [new (class {})(), 'an object'],
    [Object.create(null), 'an object'],
    [{ constructor: { name: 5 } }, 'an object'],
    [{ constructor: { name: 'C'.repeat(100) } }, 'C'.repeat(60)],
  ]
  for (const [value, text] of shown) expect(describe(value)).toBe(text)
})

test('a vector is a list or a typed array of numbers', () => {
  for (const vector of [[], new Float32Array(1), new Uint8Array(1), new Float64Array(1)]) {
    expect(isVector(vector)).toBe(true)
  }
  const others = [
    new DataView(new ArrayBuffer(8)),
    new BigInt64Array(1),
    new BigUint64Array(1),
    '12',
    {},
    null,
  ]
  for (const other of others) expect(isVector(other)).toBe(false)
})

suite('a count', () => {
  test('is an integer not below the minimum', () => {
    expect(checkCount(0, 'size', 0)).toBe(0)
    expect(checkCount(3, 'size', 3)).toBe(3)
  })
  test.each([2, 3.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('%d is rejected', (value) => {
    const message = `size must be an integer ≥ 3; got ${value}.`
    rejects(() => checkCount(value, 'size', 3), 'INVALID_ARGUMENT', message, { size: value })
  })
  test('it must be given', () => {
    const message = 'size must be an integer ≥ 0; got undefined.'
    rejects(() => checkCount(undefined, 'size', 0), 'INVALID_ARGUMENT', message, { size: undefined })
  })
})

test('a list of numbers holds nothing else, and no holes', () => {
  checkNumbers([0, Number.NaN, -1], 'the list')
  // of a typed array every member is a number: none is read
  checkNumbers({ length: 1, 0: 'x' }, 'the list')
  const holes = [1, 2, 3]
  delete holes[2]
  const lists: [unknown[], number, string][] = [
    [[1, '5'], 1, '"5"'],
    [[true], 0, 'true'],
    [holes, 2, 'undefined'],
  ]
  for (const [list, column, shown] of lists) {
    const message = `the list has ${shown} at coordinate ${column}, which is not a number.`
    rejects(() => checkNumbers(list, 'the list'), 'INVALID_ARGUMENT', message, { column })
  }
})

test('a list is anything that can be iterated, but no string', () => {
  const given = [1, 2]
  expect(readList(given, 'ids')).toEqual(given)
  expect(readList(given, 'ids')).not.toBe(given)
  expect(readList(new Set(['a']), 'ids')).toEqual(['a'])
  for (const [value, shown] of [
    ['ab', '"ab"'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{}, 'Object'],
    [5, '5'],
  ]) {
    const message = `a list of ids was expected; got ${shown}.`
    rejects(() => readList(value as never, 'ids'), 'INVALID_ARGUMENT', message)
  }
})

test('a vector has d numbers', () => {
  checkLength([1, 2], 2, 'row 3')
  const message = "row 3 has 1 numbers; the table's rows have 2."
  const details = { actual: 1, expected: 2 }
  rejects(() => checkLength([1], 2, 'row 3'), 'DIMENSION_MISMATCH', message, details)
  rejects(() => checkLength([1], 2, 'row 3', { row: 3 }), 'DIMENSION_MISMATCH', message, {
    ...details,
    row: 3,
  })
})

test('a list of vectors holds whole ones', () => {
  checkWhole([], 3, 'rows')
  checkWhole([1, 2, 3], 3, 'rows')
  const message = '5 numbers are not whole rows of dimension 3: 2 are left over.'
  const details = { length: 5, dimension: 3 }
  rejects(() => checkWhole([1, 2, 3, 4, 5], 3, 'rows'), 'LENGTH_MISMATCH', message, details)
})
