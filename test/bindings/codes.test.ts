/**
 * Codes and bounds against the same arithmetic in plain TypeScript. Answers alone would not show it: a bound
 * that is too wide rules out fewer rows, and the right ones are found all the same.
 */
import { describe, expect, test } from 'vitest'
import { codeViews, makeCodes } from '../../bindings/codes.ts'
import { reserveMemory } from '../../bindings/memory.ts'
import { RECORD_WORDS } from '../../bindings/records.ts'
import { TableMemory } from '../../bindings/table-memory.ts'
import { QUESTION_CERTIFIED } from '../../build/core-constants.ts'
import { loadCore } from '../../src/table/load-core.ts'
import { searchOne, searchSome } from '../oracle/kernel.ts'
import { type Kind, makeQuery, makeTable } from '../oracle/tables.ts'

const { fround, abs, max, sqrt } = Math
/** Fields of a Question of assembly/records.ts. */
const OFFSET = 6
const STEP = 7
const NORM = 8
const SLACK = 9

function roundEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1
}

const clamp = (x: number, lowest: number, highest: number) => Math.min(highest, max(lowest, x))
const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0)
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => sum(Array.from(a, (x, i) => x * b[i]!))

async function codedTable(kind: Kind, size: number, dimension: number, bits: 4 | 8) {
  const { flat, rows } = makeTable(size, dimension, kind, dimension + size)
  const shape = { capacity: size, dimension, dtype: 'f32', codes: true, threads: 1 } as const
  const memory = await TableMemory.create(await loadCore(), reserveMemory(shape))
  memory.rows.set(flat)
  expect(memory.computeNorms(0, size)).toBe(size)
  makeCodes(memory, size, bits)
  memory.mask.fill(-1)
  const views = codeViews(memory, size)
  const stride = memory.layout.codeStride
  const vector = (index: number) => views.columns.subarray(index * stride, index * stride + dimension)
  const columns = { means: vector(0), spreads: vector(1), inverseSpreads: vector(2) }
  return { ...views, memory, rows, size, dimension, stride, bits, columns }
}
type Coded = Awaited<ReturnType<typeof codedTable>>

/** The codes of a row as they lie in the memory (assembly/four-bits.ts draws them). */
function storedCodes({ codes, stride, dimension, bits, memory }: Coded, id: number): number[] {
  if (bits === 8) return [...codes.subarray(id * stride, id * stride + dimension)]
  const { buffer } = memory.rows
  const at = memory.layout.codes + (id >> 3) * 4 * stride + (id & 7) * 4
  return Array.from({ length: dimension }, (_, j) => {
    const four = new Int16Array(buffer, at + (j >> 3) * 32, 2)[(j >> 2) & 1]!
    const number = (j & 3) === 3 ? four >> 12 : ((four >> (4 * (j & 3))) & 15) - 8
    return 2 * number + 1
  })
}

/** What a row becomes at a scale, and what is lost. */
function encode(
  { bits, columns: { means, spreads, inverseSpreads } }: Coded,
  row: Float32Array,
  scale: number,
) {
  const inverse = scale > 0 ? fround(1 / scale) : 0
  const [lowest, highest, apart] = bits === 8 ? [-127, 127, 1] : [-16, 14, 2]
  let lost = 0
  const codes = Array.from(row, (x, j) => {
    const y = fround(x - means[j]!)
    const scaled = fround(fround(y * inverseSpreads[j]!) * inverse)
    const level = bits === 8 ? scaled : fround(scaled - 1)
    const code = roundEven(clamp(level, lowest, highest) / apart) * apart + (bits === 8 ? 0 : 1)
    lost += (y - fround(fround(scale * spreads[j]!) * code)) ** 2
    return code
  })
  return { codes, lost: sqrt(lost) }
}

function encodeAny(table: Coded, row: Float32Array) {
  const { means, inverseSpreads } = table.columns
  const widest = max(...Array.from(row, (x, j) => abs(fround(fround(x - means[j]!) * inverseSpreads[j]!))))
  if (table.bits === 8) {
    const scale = fround(widest / 127)
    return { scale, ...encode(table, row, scale) }
  }
  let wanted = fround(widest * fround(1 / 16.5))
  let best = { scale: wanted, ...encode(table, row, wanted) }
  for (let tries = 1; tries < 4; tries++) {
    wanted = fround(wanted * fround(0.88))
    const next = { scale: wanted, ...encode(table, row, wanted) }
    if (!(next.lost < best.lost)) break
    best = next
  }
  return best
}

const close = (actual: number, expected: number, within = 1e-5) =>
  expect(abs(actual - expected), `${actual} for ${expected}`).toBeLessThanOrEqual(
    within * abs(expected) + 1e-30,
  )

const SHAPES = [
  ['plain', 200, 40],
  ['model', 120, 33],
  ['plain', 67, 7],
  ['grid', 90, 12],
  ['plain', 33, 1],
] as const

describe.each([8, 4] as const)('codes of %i bits', (bits) => {
  test.each(SHAPES)('of %s numbers, %i x %i', async (kind, size, dimension) => {
    const table = await codedTable(kind, size, dimension, bits)
    const { memory, rows, codeScales, residuals, stats } = table
    const rounding = (Math.ceil(dimension / 16) + 46) * 2 ** -24
    const meanNorm = sqrt(dot(table.columns.means, table.columns.means))
    let [codeNorm, codedNorm, codedRatio] = [0, 0, 0]
    for (const [id, row] of rows.entries()) {
      const { scale, codes, lost } = encodeAny(table, row)
      expect(codeScales[id]).toBe(scale)
      expect(storedCodes(table, id), `row ${id}`).toEqual(codes)
      const norm = sqrt(dot(row, row))
      const vanished = sqrt(table.stride) * 2 ** -74
      const wider = 1 + 1 / 1024
      const whole = (lost + vanished) * wider + rounding * (norm * wider + 2 * stats[3]! + lost + vanished)
      close(residuals[id]!, whole * wider, 2e-6)
      const padded = bits === 8 ? 0 : table.stride - dimension // the pad holds the codes nearest to 0
      const length = sqrt(dot(codes, codes) + padded)
      codeNorm = max(codeNorm, length * wider)
      codedNorm = max(codedNorm, scale * length * wider)
      codedRatio = max(codedRatio, scale * length * memory.norms[id]! * wider)
    }
    for (const [place, expected] of [codeNorm, codedNorm, codedRatio].entries())
      close(stats[place]!, expected)
    close(stats[3]!, meanNorm * (1 + 1 / 1024))
  })

  test.each(['dot', 'cosine'] as const)(
    'a planned question by %s, its products and bounds',
    async (metric) => {
      for (const [kind, size, dimension] of SHAPES) {
        const table = await codedTable(kind, size, dimension, bits)
        const { memory, rows, codeScales, residuals, stats, columns } = table
        const { buffer } = memory.rows
        const query = makeQuery(dimension, 'plain', size)
        const inverseNorm = memory.queryByVector(query)
        searchOne(memory, inverseNorm, { size: size, allowed: size, metric: metric, k: 1 })
        const record = new Float32Array(buffer, memory.layout.questions, RECORD_WORDS)
        const words = new Uint32Array(buffer, memory.layout.questions, RECORD_WORDS)
        const v = Array.from(query, (u, j) => fround(u * columns.spreads[j]!))
        const length = sqrt(dot(v, v))
        const levels = bits === 4 ? 1927 : 32766
        const step = fround(max(max(...v.map(abs)) / levels, (length * stats[0]!) / 2 ** 30))
        const scale = metric === 'cosine' ? inverseNorm : 1
        const q = v.map((x) => roundEven(fround(x * fround(1 / step))))
        const lost = sqrt(sum(v.map((x, j) => (x - q[j]! * step) ** 2)))
        const largest = stats[metric === 'cosine' ? 2 : 1]!
        expect(words[QUESTION_CERTIFIED]).toBe(1)
        expect(abs(record[OFFSET]! - dot(query, columns.means) * scale)).toBeLessThan(1e-6)
        close(record[STEP]!, step * scale, 1e-7)
        close(record[NORM]!, sqrt(dot(query, query)) * scale * (1 + 2 ** -16), 2e-7)
        close(record[SLACK]!, (lost + length * 2 ** -21) * largest * scale * (1 + 1 / 512), 3e-2)
        expect(record[SLACK]!).toBeGreaterThanOrEqual(lost * largest * scale)
        if (bits === 8) expect([...new Int16Array(buffer, memory.layout.quantised, dimension)]).toEqual(q)
        const products = new Int32Array(buffer, memory.layout.products, size)
        for (const [id, row] of rows.entries()) {
          const exact = dot(storedCodes(table, id), q)
          expect(products[id], `row ${id} of ${size} x ${dimension}`).toBe(exact)
          const inverse = metric === 'cosine' ? memory.norms[id]! : 1
          const middle = (record[OFFSET]! + codeScales[id]! * record[STEP]! * exact) * inverse
          const width = residuals[id]! * record[NORM]! * inverse + record[SLACK]!
          expect(abs(dot(row, query) * inverse * scale - middle)).toBeLessThanOrEqual(width)
        }
      }
    },
  )

  test('six questions at once have the products that each has alone', async () => {
    for (const [kind, size, dimension] of [...SHAPES, ['plain', 1001, 50] as const]) {
      const { memory } = await codedTable(kind, size, dimension, bits)
      const room = memory.layout.products
      const queries = [1, 2, 3, 4, 5, 6].map((seed) => makeQuery(dimension, 'plain', seed))
      const alone = queries.map((query) => {
        searchOne(memory, memory.queryByVector(query), { size: size, allowed: size, metric: 'dot', k: 1 })
        return new Int32Array(memory.rows.buffer, room, size).slice()
      })
      searchSome(
        memory,
        queries.map((query, index) => memory.queryByVector(query, index)),
        { size, allowed: size, metric: 'dot', k: 1 },
      )
      for (const [index, expected] of alone.entries()) {
        const products = new Int32Array(memory.rows.buffer, room + index * memory.layout.productsBytes, size)
        expect(products).toEqual(expected)
      }
    }
  })
})

test('means and spreads come from every so many-th row, no spread below a thousandth of their mean', async () => {
  const [size, dimension] = [6200, 9]
  const shape = { capacity: size, dimension, dtype: 'f32', codes: true, threads: 1 } as const
  const memory = await TableMemory.create(await loadCore(), reserveMemory(shape))
  const { flat } = makeTable(size, dimension, 'plain', 5)
  // a column that does not vary, and one that does a little
  for (let id = 0; id < size; id++) {
    flat[id * dimension + 3] = 7
    flat[id * dimension + 4] = 1 + id * 1e-9
  }
  memory.rows.set(flat)
  memory.computeNorms(0, size)
  makeCodes(memory, size, 8)
  const { columns } = codeViews(memory, size)
  const stride = memory.layout.codeStride
  const taken = Array.from({ length: Math.ceil(size / 3) }, (_, index) => index * 3)
  const measured = Array.from({ length: dimension }, (_, j) => {
    const numbers = taken.map((id) => flat[id * dimension + j]!)
    const mean = sum(numbers) / taken.length
    return { mean, variance: max(0, dot(numbers, numbers) / taken.length - mean * mean) }
  })
  const minScore = sqrt(sum(measured.map(({ variance }) => variance)) / dimension) / 1000
  for (const [j, { mean, variance }] of measured.entries()) {
    close(columns[j]!, mean, 1e-6)
    close(columns[stride + j]!, max(sqrt(variance), minScore), 1e-6)
    close(columns[2 * stride + j]!, 1 / columns[stride + j]!, 1e-7)
  }
})

test('a table that does not vary at all has spreads of 1', async () => {
  const shape = { capacity: 40, dimension: 5, dtype: 'f32', codes: true, threads: 1 } as const
  const memory = await TableMemory.create(await loadCore(), reserveMemory(shape))
  memory.rows.fill(3)
  memory.computeNorms(0, 40)
  makeCodes(memory, 40, 8)
  const { columns, codes, codeScales } = codeViews(memory, 40)
  expect([...columns.subarray(8, 13), ...columns.subarray(16, 21)]).toEqual(Array(10).fill(1))
  expect([...codes, ...codeScales].every((number) => number === 0)).toBe(true)
})

test('rows of int8 are their own codes, and lose nothing but roundings', async () => {
  const [size, dimension] = [90, 13]
  const shape = { capacity: size, dimension, dtype: 'int8', codes: true, threads: 1 } as const
  const memory = await TableMemory.create(await loadCore(), reserveMemory(shape))
  const { layout, rows, rowScales, norms } = memory
  rows.set(Array.from({ length: size * dimension }, (_, i) => Math.round(127 * Math.sin(i * i + 1))))
  rowScales.set(Array.from({ length: size }, (_, id) => 0.01 * (id + 1)))
  rows.fill(0, 0, dimension)
  // products that underflow: nothing bounds such a row
  rowScales[7] = 0
  memory.computeNorms(0, size)
  makeCodes(memory, size)
  memory.mask.fill(-1)
  const { buffer } = rows
  const columns = new Float32Array(buffer, layout.columns, 32)
  expect([...columns]).toEqual([...Array(16).fill(0), ...Array(dimension).fill(1), 0, 0, 0])
  const residuals = new Float32Array(buffer, layout.residuals, size)
  const stats = new Float32Array(buffer, layout.stats, 4)
  const wider = 1 + 1 / 1024
  const expected = [0, 0, 0, 0]
  memory.queryByVector(makeQuery(dimension, 'plain', 5))
  searchOne(memory, 1, { size, allowed: size, metric: 'dot', k: 1 })
  expect(new Uint32Array(buffer, layout.questions, RECORD_WORDS)[QUESTION_CERTIFIED]).toBe(1)
  const quantised = new Int16Array(buffer, layout.quantised, dimension)
  const products = new Int32Array(buffer, layout.products, size)
  for (let id = 0; id < size; id++) {
    const codes = rows.subarray(id * dimension, (id + 1) * dimension)
    const length = sqrt(dot(codes, codes)) * wider
    const scale = rowScales[id]!
    for (const [place, value] of [length, scale * length, scale * length * norms[id]!].entries())
      expected[place] = max(expected[place]!, value)
    const norm =
      id === 7 ? Number.POSITIVE_INFINITY : memory.row(id).reduce((sum, x) => sum + x * x, 0) ** 0.5
    if (id === 7) expect(residuals[id]).toBe(norm)
    else close(residuals[id]!, 47 * 2 ** -24 * norm * wider * wider, 2e-6)
    expect(products[id], `row ${id}`).toBe(dot(codes, quantised))
  }
  for (const [place, value] of expected.entries()) close(stats[place]!, value)
})

test('a question of zeros is not planned', async () => {
  const { memory, size, dimension } = await codedTable('plain', 64, 8, 8)
  searchOne(memory, memory.queryByVector(new Float32Array(dimension)), {
    size: size,
    allowed: size,
    metric: 'dot',
    k: 1,
  })
  expect(new Uint32Array(memory.rows.buffer, memory.layout.questions, RECORD_WORDS)[QUESTION_CERTIFIED]).toBe(
    0,
  )
})
