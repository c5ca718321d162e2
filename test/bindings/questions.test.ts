/**
 * What a question is written as before the core sees it: whether by codes, how many at once, in how much
 * memory.
 */
import { expect, test } from 'vitest'
import { makeCodes } from '../../bindings/codes.ts'
import { layoutOf } from '../../bindings/layout.ts'
import { reserveMemory } from '../../bindings/memory.ts'
import { RECORD_WORDS } from '../../bindings/records.ts'
import { hasRoom } from '../../bindings/search.ts'
import { TableMemory } from '../../bindings/table-memory.ts'
import { QUESTION_CERTIFIED } from '../../build/core-constants.ts'
import { loadCore } from '../../src/table/load-core.ts'
import { searchOne } from '../oracle/kernel.ts'
import { makeQuery, makeTable } from '../oracle/tables.ts'

const DIMENSION = 20

async function tableOf(size: number, codes: boolean, dimension = DIMENSION) {
  const shape = { capacity: size, dimension, dtype: 'f32', codes, threads: 1 } as const
  const memory = await TableMemory.create(await loadCore(), reserveMemory(shape))
  // rows of wide tables are narrow ones and zeros
  const { rows } = makeTable(size, Math.min(dimension, DIMENSION), 'plain', size)
  for (const [id, row] of rows.entries()) memory.rows.set(row, id * dimension)
  memory.computeNorms(0, size)
  memory.mask.fill(-1)
  return memory
}

test('codes are used where enough rows may be in the answer, and few will be', async () => {
  const memory = await tableOf(160, true)
  const norm = memory.queryByVector(makeQuery(DIMENSION, 'plain', 1))
  const record = new Uint32Array(memory.rows.buffer, memory.layout.questions, RECORD_WORDS)
  const isCertified = (allowed: number, k: number, inverseNorm = norm) => {
    searchOne(memory, inverseNorm, { size: 160, allowed: allowed, metric: 'dot', k: k })
    return record[QUESTION_CERTIFIED] === 1
  }
  // there are none yet
  expect(isCertified(160, 1)).toBe(false)
  makeCodes(memory, 160)
  expect(isCertified(160, 1)).toBe(true)
  expect([20, 19].map((allowed) => isCertified(allowed, 1))).toEqual([true, false])
  expect([10, 11].map((k) => isCertified(160, k))).toEqual([true, false])
  expect(isCertified(160, 1, Number.NaN)).toBe(false)
})

test('4 bits are tried where the table has rows enough to try them on, and bytes enough to pay', async () => {
  const [few, narrow, enough] = [
    await tableOf(16_383, true, 520),
    await tableOf(16_384, true, 504),
    await tableOf(16_384, true, 512),
  ]
  makeCodes(few, 16_383)
  makeCodes(narrow, 16_384)
  makeCodes(enough, 16_384)
  expect([few.codeBits, narrow.codeBits, enough.codeBits]).toEqual([8, 8, 4])
  // as requested, whatever pays
  makeCodes(enough, 16_384, 8)
  expect(enough.codeBits).toBe(8)
})

test('rows behind the sample that 4 bits are tried on say nothing', async () => {
  const [whole, size] = [16_384, 16_600]
  const memory = await tableOf(size, true, 512)
  const residuals = new Float32Array(memory.rows.buffer, memory.layout.residuals, size)
  // as if their codes had lost all: no bound would rule these rows out
  residuals.fill(Number.POSITIVE_INFINITY, whole)
  makeCodes(memory, size)
  expect(memory.codeBits).toBe(4)
  expect(residuals.every(Number.isFinite)).toBe(true)
})

test('as many questions at once as their heaps find room', async () => {
  const memory = await tableOf(3000, false)
  const atOnce = (k: number, excluded: number) =>
    Array.from({ length: 40 }, (_, index) => index + 1).filter((n) => hasRoom(memory, n, k, n * excluded))
      .length
  // room for 32 times two heaps of 512 rows
  expect([0, 1, 512, 513, 1024, 2000, 3000].map((k) => atOnce(k, 0))).toEqual([32, 32, 32, 31, 16, 8, 5])
  // four bytes for each row that a query leaves out
  expect(
    [
      [512, 1],
      [511, 4],
      [512, 1025],
      [10, 3000],
    ].map(([k, n]) => atOnce(k!, n!)),
  ).toEqual([31, 32, 21, 21])
})

test.each([
  ['f32', false, 1, 558_174],
  ['f32', true, 1, 1_168_862],
  ['bf16', true, 1, 1_068_762],
  ['int8', true, 1, 962_648],
  ['f32', true, 3, 2_754_526],
] as const)(
  'a table of %s rows, codes %s, %i threads takes so many bytes',
  (dtype, codes, threads, expected) => {
    expect(layoutOf({ capacity: 1001, dimension: 50, dtype, codes, threads }, 1024).byteLength).toBe(expected)
  },
)

test('rows longer than the scratch get one place there', () => {
  const shape = { capacity: 2, dtype: 'f32', codes: false, threads: 1 } as const
  const rowsOf = (dimension: number) => layoutOf({ ...shape, dimension }, 0).scratchRows
  expect([1, 100, 16_384, 16_385].map(rowsOf)).toEqual([16_384, 163, 1, 1])
})
