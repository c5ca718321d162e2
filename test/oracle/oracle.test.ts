/** The oracle itself, against sums done by hand and against float64. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cosineScore, dot32, dot64, dotScore, inverseNorm, squaredNorm } from './float32.ts'
import { cosineBound, dotBound, exactCosine, exactDot } from './float64.ts'
import { combineAll, searchAll } from './search.ts'
import { DIMENSIONS, KINDS, makeQuery, makeTable, tablesWithQuery } from './tables.ts'

describe('the float32 dot product', () => {
  test('sums in the documented order, not left to right', () => {
    // 1 and 2^24 meet in one lane or not at all: 2^24 + 1 is 2^24 in float32
    const ones = new Float32Array(17).fill(1)
    const row = new Float32Array(17)
    row[0] = 2 ** 24
    row[16] = 1 // lane 0 as well: lost
    expect(dot32(row, ones)).toBe(2 ** 24)
    row[16] = 0
    row[1] = 1
    row[3] = 1 // lanes 1 and 3 are added first: (l1 + l3) = 2 survives
    expect(dot32(row, ones)).toBe(2 ** 24 + 2)
    row[3] = 0
    row[5] = 1 // register 1, lane 1: added to register 0's lane 1 first
    expect(dot32(row, ones)).toBe(2 ** 24 + 2)
    row[5] = 0
    row[2] = 1 // lanes 0 and 2 are added first: lost, and so is lane 1
    expect(dot32(row, ones)).toBe(2 ** 24)
  })

  test('rounds each product', () => {
    const a = Float32Array.of(1 + 2 ** -23, -1)
    const b = Float32Array.of(1 + 2 ** -23, 1 + 2 ** -22)
    expect(dot64(a, b)).toBe(2 ** -46)
    expect(dot32(a, b)).toBe(0)
  })

  test.each(KINDS)('stays within the bound of float64 (%s)', (kind) => {
    for (const dimension of DIMENSIONS) {
      const { rows } = makeTable(4, dimension, kind, dimension)
      const query = makeQuery(dimension, kind, dimension)
      for (const row of rows) {
        const product = dot32(row, query)
        if (!Number.isFinite(product)) continue
        expect(Math.abs(product - exactDot(row, query))).toBeLessThanOrEqual(dotBound(row, query))
      }
    }
  })
})

describe('norms', () => {
  test('of 3, 4 is 5', () => expect(inverseNorm([3, 4])).toBe(Math.fround(1 / 5)))
  test('of zeros is marked 0', () => expect(inverseNorm([0, -0, 0])).toBe(0))
  test('outside [2^-50, 2^60] are marked NaN', () => {
    expect(inverseNorm([2 ** -51])).toBeNaN()
    expect(inverseNorm([2 ** -50])).toBe(2 ** 50)
    expect(inverseNorm([2 ** 60])).toBe(2 ** -60)
    expect(inverseNorm([2 ** 61])).toBeNaN()
  })
  test('sum their squares in four lanes', () => {
    // 1 is lost beside 2^54 in its own lane, and not when it meets its like first
    const big = 2 ** 27
    expect(squaredNorm([big, 1, 0, 1])).toBe(2 ** 54 + 2)
    expect(squaredNorm([big, 0, 1, 1])).toBe(2 ** 54)
  })
})

test('a cosine is never NaN, within [−1, 1] but for rounding, and near float64', () => {
  fc.assert(
    fc.property(tablesWithQuery({ size: 16 }), ({ table, query }) => {
      for (const row of table.rows) {
        const cosine = cosineScore(row, query)
        expect(Math.abs(cosine - exactCosine(row, query))).toBeLessThanOrEqual(cosineBound(table.dimension))
        expect(dotScore(row, query)).not.toBeNaN()
      }
    }),
  )
})

test('overflow takes the float64 way', () => {
  const huge = new Float32Array(2).fill(3e38)
  expect(dot32(huge, huge)).toBe(Number.POSITIVE_INFINITY)
  expect(dotScore(huge, huge)).toBe(Number.POSITIVE_INFINITY)
  expect(cosineScore(huge, huge)).toBe(1)
  expect(dotScore(huge, Float32Array.of(3e38, -3e38))).toBe(0)
})

test('equal scores come in the order of their ids', () => {
  const rows = [Float32Array.of(1, 0), Float32Array.of(2, 0), Float32Array.of(1, 0), Float32Array.of(0, 1)]
  const query = Float32Array.of(1, 0)
  expect(searchAll(rows, query, { k: 9, metric: 'cosine' }).map(({ id }) => id)).toEqual([0, 1, 2, 3])
  expect(searchAll(rows, query, { k: 9, metric: 'dot' }).map(({ id }) => id)).toEqual([1, 0, 2, 3])
})

test('an expression is summed in float64 and rounded once', () => {
  const terms = [1, 2 ** -30, -1].map((weight) => ({ vector: Float32Array.of(1), weight }))
  expect([...combineAll(terms, false)]).toEqual([2 ** -30])
  expect([...combineAll([{ vector: [3, 4], weight: 10 }], true)]).toEqual([6, 8])
})
