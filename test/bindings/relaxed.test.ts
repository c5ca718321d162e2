/**
 * The kernels with relaxed SIMD against the same arithmetic in plain TypeScript: what they make of rows and of
 * queries, each product, each bound.
 */
import { describe, expect, test } from 'vitest'
import { searchOne, searchSome } from '../oracle/kernel.ts'
import { makeQuery } from '../oracle/tables.ts'
import { codedTable, codesOf, dot, link, question, sum, unpacked } from './relaxed-table.ts'

const { abs, sqrt } = Math
/** `certified` of a question for the core's own kernels, and for these. */
const CERTIFIED = 1
const RELAXED = 2

/** In Node 20, where relaxed SIMD was not finished, dot products come out wrong; they are never taken there. */
const isFinished = !/^v20/.test(globalThis.process?.version ?? '')

const SHAPES = [
  ['plain', 600, 40],
  ['plain', 519, 33],
  ['plain', 561, 7],
  // more rows than that would be two blocks
  ['grid', 512, 129],
  ['outliers', 530, 64],
  ['outliers', 515, 100],
  ['lengths', 590, 20],
] as const

describe.each([
  [8, false],
  [4, false],
  ...(isFinished
    ? ([
        [8, true],
        [4, true],
      ] as const)
    : []),
] as const)('codes of %i bits, by dot products: %s', (bits, byDot) => {
  test('what belongs to rows', async ({ skip }) => {
    if (link === undefined) skip('this engine has no relaxed SIMD')
    for (const [kind, size, dimension] of SHAPES) {
      const table = await codedTable(kind, size, dimension, bits, byDot)
      const check = () => {
        for (let id = 0; id < size; id++) {
          const codes = codesOf(table, id)
          const norm = abs(table.codeScales[id]!) * sqrt(dot(codes, codes))
          expect(table.codedNorms[id]!, `row ${id} of ${size} x ${dimension}`).toBeGreaterThanOrEqual(norm)
          // the pad of 4-bit codes counts as well
          const pad = bits === 8 ? 0 : table.stride - dimension
          const padded = abs(table.codeScales[id]!) * sqrt(dot(codes, codes) + pad)
          expect(table.codedNorms[id]!).toBeLessThanOrEqual(padded * 1.002)
          if (bits === 8) expect(table.codeSums[id]).toBe(sum(codes))
        }
      }
      searchOne(table.memory, table.memory.queryByRow(1), { size, allowed: size, metric: 'dot', k: 1 })
      check()
      // a row that is written anew
      table.memory.rows.set(table.rows[3]!, 5 * dimension)
      table.memory.rows.set(
        table.rows[4]!.map((x) => -x),
        6 * dimension,
      )
      table.memory.computeNorms(5, 7)
      table.memory.encodeRows(5, 7)
      check()
    }
  })

  test.each(['dot', 'cosine'] as const)('a question by %s, its products and bounds', async (metric) => {
    if (link === undefined) return
    let [apart, left] = [0, 0]
    for (const [kind, size, dimension] of SHAPES) {
      const table = await codedTable(kind, size, dimension, bits, byDot)
      const { memory, rows, codeScales, residuals, means, spreads, codedNorms } = table
      const some = rows.find((row, id) => id > 6 && row.some((x) => x !== 0))!
      for (const query of [makeQuery(dimension, 'plain', size), some]) {
        const inverseNorm = memory.queryByVector(query)
        const before = memory.queries[0]!.slice()
        // four queries: one alone may be left to other kernels
        const norms = [0, 1, 2, 3].map((place) => memory.queryByVector(query, place))
        searchSome(memory, norms, { size, allowed: size, metric, k: 1 })
        expect(memory.queries[0]).toEqual(before)
        const planned = question(table)
        if (bits === 4 && kind === 'outliers' && planned.certified === CERTIFIED) {
          left++
          continue
        }
        expect(planned.certified, `${kind} ${size} x ${dimension}`).toBe(RELAXED)
        const scale = metric === 'cosine' ? inverseNorm : 1
        const v = Array.from(query, (u, j) => u * spreads[j]!)
        const { q, fine, lost, fineLost, hasWide } = unpacked(table, v, scale)
        if (hasWide) apart++
        expect(planned.lost).toBeGreaterThanOrEqual(lost * scale)
        const rounded = sqrt(dot(v, v)) * 2 ** -20
        expect(planned.lost).toBeLessThanOrEqual((lost + rounded) * scale * 1.01)
        if (fineLost !== undefined) {
          expect(planned.fineLost).toBeGreaterThanOrEqual(fineLost * scale)
          expect(planned.fineLost).toBeLessThanOrEqual((fineLost + rounded) * scale * 1.01)
        }
        const offset = dot(query, means) * scale
        const lengths = sqrt(dot(query, query) * dot(means, means)) * scale
        expect(abs(planned.offset - offset)).toBeLessThanOrEqual(1e-6 * lengths)
        const products = planned.products(size)
        for (const [id, row] of rows.entries()) {
          const codes = codesOf(table, id)
          const exact = dot(codes, q)
          expect(products[id], `row ${id} of ${kind} ${size} x ${dimension}`).toBe(exact)
          const inverse = metric === 'cosine' ? memory.norms[id]! : 1
          const score = dot(row, query) * inverse * scale
          const middle = (planned.offset + codeScales[id]! * planned.step * exact) * inverse
          const error = residuals[id]! * planned.norm
          const width = (error + codedNorms[id]! * planned.lost) * inverse + planned.slack
          expect(abs(score - middle), `row ${id} of ${kind}`).toBeLessThanOrEqual(width)
          if (fine === undefined) continue
          const finer = middle + codeScales[id]! * planned.fineStep * dot(codes, fine) * inverse
          const narrow = (error + codedNorms[id]! * planned.fineLost) * inverse + planned.slack
          expect(abs(score - finer), `row ${id} of ${kind}, fine`).toBeLessThanOrEqual(narrow)
        }
      }
    }
    // wide columns come up, and do not where they need not
    if (bits === 8) expect(apart).toBe(4)
    // and 8 bits may lose too much, where there are none
    expect(left > 0).toBe(bits === 4)
  })

  test('eleven questions at once have the products that each has alone', async () => {
    if (link === undefined) return
    for (const [kind, size, dimension] of SHAPES) {
      const table = await codedTable(kind, size, dimension, bits, byDot)
      const { memory } = table
      const params = { size, allowed: size, metric: 'dot', k: 1 } as const
      const queries = Array.from({ length: 11 }, (_, seed) => makeQuery(dimension, 'plain', seed))
      const of = (place: number) =>
        new Int32Array(
          memory.rows.buffer,
          memory.layout.products + place * memory.layout.productsBytes,
          size,
        ).slice()
      const alone = queries.map((query) => {
        // four times the same, of which one is looked at
        const norms = [0, 1, 2, 3].map((place) => memory.queryByVector(query, place))
        searchSome(memory, norms, params)
        return of(0)
      })
      const norms = queries.map((query, place) => memory.queryByVector(query, place))
      searchSome(memory, norms, params)
      for (const [place, expected] of alone.entries()) expect(of(place)).toEqual(expected)
    }
  })
})
