/**
 * The codes of a table's memory: how they are made, and as arrays to be copied to another memory or to a
 * file.
 */
import { BLOCK_ROWS, COLUMN_VECTORS, COSINE, STATS } from '../build/core-constants.ts'
import { writeCodeBits } from './records.ts'
import { readAnswer, startHeap } from './search.ts'
import type { TableMemory } from './table-memory.ts'

/** Rows that the columns' means and spreads are taken from. */
const COLUMN_SAMPLE = 2048

/**
 * The sample that decides whether 4 bits per code are enough: the first rows of every so many, the queries,
 * and the share of rows that may be scored.
 */
const STRETCH = 128
const APART = 1024
const QUERIES = 16
const MAX_SHARE = 1 / 100
/** Codes of 8 bits that take fewer bytes stay in a cache: half the bytes then pay for no more instructions. */
const MIN_BYTES = 8 << 20

/**
 * Makes the codes of the first `size` rows, after computeNorms, in `bits`, or in 4 where a sample shows that
 * they leave few rows. Only where the layout has room for them.
 */
export function makeCodes(memory: TableMemory, size: number, bits?: 4 | 8): void {
  if (memory.layout.dtype === 'int8') {
    // rows are their own codes, of 8 bits
    memory.core.adoptRows(memory.layout.table, size)
  } else {
    startCodes(memory, size, bits ?? (fourBitsPay(memory, size) ? 4 : 8))
    memory.encodeRows(0, size)
  }
  memory.hasCodes = true
}

/** Finds what all codes are relative to; those there were are good no more. */
export function measureColumns({ core, layout, relaxed }: TableMemory, size: number): void {
  relaxed?.forget()
  core.measureColumns(layout.table, size, Math.max(1, Math.floor(size / COLUMN_SAMPLE)))
}

/**
 * Views of the first `size` rows' codes, with all it takes to search by them. Only where the layout has codes
 * of its own.
 */
export function codeViews({ layout, rows: { buffer } }: TableMemory, size: number) {
  const { codes, codeStride, codeScales, residuals, columns, stats } = layout
  return {
    codes: new Int8Array(buffer, codes, size * codeStride),
    codeScales: new Float32Array(buffer, codeScales, size),
    residuals: new Float32Array(buffer, residuals, size),
    columns: new Float32Array(buffer, columns, COLUMN_VECTORS * codeStride),
    stats: new Float32Array(buffer, stats, STATS),
  }
}

function startCodes(memory: TableMemory, size: number, bits: 4 | 8): void {
  memory.codeBits = bits
  writeCodeBits(memory.rows.buffer, memory.layout, bits)
  measureColumns(memory, size)
}

/**
 * Searches a sample for the nearest of some of its rows, by codes of 4 bits: whether these rule nearly all
 * others out. The sample is an eighth of the table, so its nearest is about as far away as the 8th of all.
 */
function fourBitsPay(memory: TableMemory, size: number): boolean {
  const whole = size - (size % APART)
  if (whole < QUERIES * APART || size * memory.layout.codeStride < MIN_BYTES) return false
  startCodes(memory, size, 4)
  memory.mask.fill(-1)
  for (let from = 0; from < whole; from += APART) memory.encodeRows(from, from + STRETCH)
  let rescored = 0
  for (let query = 0; query < QUERIES; query++) {
    const id = Math.floor((query * whole) / QUERIES / APART) * APART
    const inverseNorm = memory.queryByRow(id)
    searchSample(memory, whole, inverseNorm, undefined)
    readAnswer(memory, 0, 2)
    searchSample(memory, whole, inverseNorm, memory.cosines[1])
    rescored += memory.questions.rescored(0)
  }
  return rescored < (whole / APART) * STRETCH * QUERIES * MAX_SHARE
}

/** Finds the row of the query and the nearest of the others. */
function searchSample(
  memory: TableMemory,
  whole: number,
  inverseNorm: number,
  minScore: number | undefined,
): void {
  const { core, layout } = memory
  const { table, questions } = layout
  memory.questions.write(0, { metric: COSINE, k: 2, inverseNorm, excludedAt: 0, excludedCount: 0 })
  startHeap(memory, 0, 2, minScore)
  core.planQuestion(table, questions)
  for (let from = 0; from < whole; from += APART) {
    core.scanQuestions(table, questions, 1, from, from + STRETCH, BLOCK_ROWS, BLOCK_ROWS)
  }
}
