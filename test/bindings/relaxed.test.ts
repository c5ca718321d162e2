/**
 * The kernels with relaxed SIMD against the same arithmetic in plain TypeScript: what they make of rows and of
 * queries, each product, each bound.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { codeViews, makeCodes } from '../../bindings/codes.ts'
import { BY_DOT, type RelaxedExports } from '../../bindings/link-relaxed.ts'
import { reserveMemory } from '../../bindings/memory.ts'
import { RECORD_WORDS } from '../../bindings/records.ts'
import type { LinkRelaxed } from '../../bindings/relaxed.ts'
import { TableMemory } from '../../bindings/table-memory.ts'
import {
  QUESTION_CERTIFIED,
  TABLE_BYTES,
  TABLE_CODE_SUMS,
  TABLE_CODED_NORMS,
  TABLE_RELAXED,
  TABLE_WIDE_COLUMNS,
} from '../../build/core-constants.ts'
import { loadCore } from '../../src/table/load-core.ts'
import { type Hard, hardTable } from '../oracle/hard-tables.ts'
import { searchOne, searchSome } from '../oracle/kernel.ts'
import { makeQuery } from '../oracle/tables.ts'
import { relaxedKernels } from '../relaxed-simd.ts'

const { fround, abs, sqrt } = Math
/** Fields of a Question of assembly/records.ts. */
const FIELDS = { offset: 6, step: 7, norm: 8, slack: 9, wideShift: 16, lost: 17, fineStep: 18, fineLost: 19 }
/** A field of the Table there. */
const WIDE_COUNT = 19
/** `certified` of a question for the core's own kernels, and for these. */
const CERTIFIED = 1
const RELAXED = 2
const WIDE = 8

const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0)
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => sum(Array.from(a, (x, i) => x * b[i]!))

/** In Node 20, where relaxed SIMD was not finished, dot products come out wrong; they are never taken there. */
const isFinished = !/^v20/.test(globalThis.process?.version ?? '')

let link: LinkRelaxed | undefined
beforeAll(async () => {
  link = await relaxedKernels()
})

async function codedTable(kind: Hard, size: number, dimension: number, bits: 4 | 8, byDot = false) {
  const { flat, rows } = hardTable(size, dimension, kind, dimension + size)
  const shape = { capacity: size, dimension, dtype: 'f32', codes: true, threads: 1 } as const
  const memory = await TableMemory.create(await loadCore(), reserveMemory(shape), undefined, link)
  memory.rows.set(flat)
  expect(memory.computeNorms(0, size)).toBe(size)
  makeCodes(memory, size, bits)
  memory.mask.fill(-1)
  const { buffer } = memory.rows
  const views = codeViews(memory, size)
  const { codeStride: stride, table } = memory.layout
  const record = new Uint32Array(buffer, table, TABLE_BYTES / 4)
  // whatever was measured to be faster here
  const relaxed = memory.relaxed as unknown as { place: number; prepare(size: number, queries: number): void }
  relaxed?.prepare(size, 4)
  record[TABLE_RELAXED] = relaxed?.place + (byDot ? BY_DOT : 0)
  const list = <List>(make: new (buffer: ArrayBuffer, at: number, length: number) => List, field: number) =>
    new make(buffer, record[field]!, size)
  return {
    ...views,
    memory,
    rows,
    size,
    dimension,
    bits,
    stride,
    means: views.columns.subarray(0, dimension),
    spreads: views.columns.subarray(stride, stride + dimension),
    codeSums: list(Int32Array, TABLE_CODE_SUMS),
    codedNorms: list(Float32Array, TABLE_CODED_NORMS),
    wideColumns: list(Uint32Array, TABLE_WIDE_COLUMNS).subarray(0, WIDE),
  }
}
type Coded = Awaited<ReturnType<typeof codedTable>>

/** The codes of a row, as assembly/four-bits.ts draws those of 4 bits. */
function codesOf({ codes, stride, dimension, bits, memory }: Coded, id: number): number[] {
  if (bits === 8) return [...codes.subarray(id * stride, id * stride + dimension)]
  const at = memory.layout.codes + (id >> 3) * 4 * stride + (id & 7) * 4
  return Array.from({ length: dimension }, (_, j) => {
    const four = new Int16Array(memory.rows.buffer, at + (j >> 3) * 32, 2)[(j >> 2) & 1]!
    const number = (j & 3) === 3 ? four >> 12 : ((four >> (4 * (j & 3))) & 15) - 8
    return 2 * number + 1
  })
}

/** Reads a number of the first question. */
function question({ memory }: Coded) {
  const { buffer } = memory.rows
  const { questions, quantised, products } = memory.layout
  const floats = new Float32Array(buffer, questions, RECORD_WORDS)
  const words = new Uint32Array(buffer, questions, RECORD_WORDS)
  const fields = Object.entries(FIELDS).map(([name, at]) => [name, floats[at]!])
  return {
    ...(Object.fromEntries(fields) as Record<keyof typeof FIELDS, number>),
    wideShift: words[FIELDS.wideShift]!,
    certified: words[QUESTION_CERTIFIED]!,
    quantised: new Int8Array(buffer, quantised, memory.layout.quantisedBytes),
    products: (size: number) => new Int32Array(buffer, products, size).slice(),
  }
}

/** What a query of 6 or 8 bits stands for, of its own step; the rest of it; and what both lose. */
function unpacked(table: Coded, v: readonly number[], scale: number) {
  const { dimension, bits, memory, wideColumns } = table
  const { quantised, step, wideShift, fineStep } = question(table)
  if (bits === 4) {
    const q = v.map((_, j) => quantised[(j & ~7) + (j & 1) * 4 + ((j & 7) >> 1)]!)
    return { q, fine: undefined, lost: sqrt(sum(v.map((x, j) => (x - (q[j]! * step) / scale) ** 2))) }
  }
  const room = Math.ceil(dimension / 32) * 32
  const q = v.map((_, j) => (quantised[j]! - 32) * 2 ** wideShift)
  const fine = v.map((_, j) => quantised[room + j]! - 64)
  const { buffer, byteOffset } = quantised
  const hasWide = new Uint32Array(memory.rows.buffer, memory.layout.table)[WIDE_COUNT] === WIDE
  if (hasWide) {
    const words = new Int16Array(buffer, byteOffset + 2 * room, WIDE)
    for (const [place, column] of wideColumns.entries()) {
      expect(q[column], `column ${column}`).toBe(0)
      expect(fine[column]).toBe(0)
      q[column] = words[place]!
    }
  }
  const rest = v.map((x, j) => x - (q[j]! * step) / scale)
  const finest = rest.map((x, j) => x - (fine[j]! * fineStep) / scale)
  return { q, fine, lost: sqrt(dot(rest, rest)), fineLost: sqrt(dot(finest, finest)), hasWide }
}

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

test('open rows are refined: bounds hold the score, and those below the threshold are closed', async () => {
  if (link === undefined) return
  const [size, dimension] = [600, 70]
  const table = await codedTable('outliers', size, dimension, 8)
  const { memory, codeScales, codedNorms, spreads } = table
  const { layout } = memory
  const { buffer } = memory.rows
  const query = makeQuery(dimension, 'plain', 3)
  for (const metric of ['dot', 'cosine'] as const) {
    const inverseNorm = memory.queryByVector(query)
    searchOne(memory, inverseNorm, { size, allowed: size, metric, k: 1 })
    const { lost, fineLost, fineStep } = question(table)
    const scale = metric === 'cosine' ? inverseNorm : 1
    const { fine } = unpacked(
      table,
      Array.from(query, (u, j) => u * spreads[j]!),
      scale,
    )
    const { kernels } = memory.relaxed as unknown as { kernels: RelaxedExports }
    // an entry of assembly/open-rows.ts, in the scratch of gather
    const entry = new Float32Array(buffer, layout.scratch, 12)
    const words = new Uint32Array(buffer, layout.scratch, 12)
    for (const first of [0, 40, 596]) {
      const given = Array.from({ length: 4 }, (_, lane) => (lane + 1) / 8)
      const narrower = given.map((_, lane) => {
        const inverse = metric === 'cosine' ? memory.norms[first + lane]! : 1
        const added =
          codeScales[first + lane]! * fineStep * dot(codesOf(table, first + lane), fine!) * inverse
        return { added, less: codedNorms[first + lane]! * (lost - fineLost) * inverse }
      })
      entry.set(given, 0)
      entry.set(
        given.map((x) => x - 1),
        4,
      )
      words[8] = first
      const uppers = given.map((x, lane) => x + narrower[lane]!.added - narrower[lane]!.less)
      const threshold = (uppers[0]! + uppers[2]!) / 2
      const left = kernels.refine(layout.table, layout.questions, layout.scratch, 0b1101, threshold)
      for (const lane of [0, 2, 3]) {
        const { added, less } = narrower[lane]!
        expect(abs(entry[lane]! - uppers[lane]!)).toBeLessThan(1e-5)
        expect(abs(entry[4 + lane]! - (given[lane]! - 1 + added + less))).toBeLessThan(1e-5)
        expect(((left >> lane) & 1) === 1, `lane ${lane}`).toBe(!(entry[lane]! < fround(threshold)))
      }
      // a row that was not open stays as it was
      expect([entry[1], entry[5], (left >> 1) & 1]).toEqual([given[1], given[1]! - 1, 0])
    }
  }
})
