/**
 * The rows that codes do not rule out, of a memory that has codes alone: who has the rows reads those, and
 * scores them.
 */
import {
  BLOCK_ROWS,
  ENTRY_BYTES,
  ENTRY_ID,
  ENTRY_LOWER,
  ENTRY_OPEN,
  QUESTION_CERTIFIED,
  QUESTION_LIST_BYTES,
  QUESTION_OVERFLOWED,
  QUESTION_PRODUCTS,
} from '../build/core-constants.ts'
import { MIN_SCAN_BYTES } from './layout.ts'
import { RECORD_WORDS } from './records.ts'
import { type KernelQuery, type KernelSearch, writeQuestions } from './search.ts'
import type { TableMemory } from './table-memory.ts'

/** A row that may be among the best, and between what bounds its score lies. */
export interface OpenRow {
  id: number
  upper: number
  lower: number
}

/** Rows of a range whose list has room for all of them. */
const RANGE_ROWS = 2 * BLOCK_ROWS
/** Rows that are held before they are looked through. */
const MAX_HELD = 1 << 16

/**
 * For each query that is written, the rows that bounds leave open, in no order. Undefined for a query whose
 * norm is out of the range of bounds.
 */
export function openRows(
  memory: TableMemory,
  queries: readonly KernelQuery[],
  params: KernelSearch,
): (OpenRow[] | undefined)[] {
  writeQuestions(memory, queries, params)
  const threads = [0, ...scan(memory, queries.length, params)]
  const lists = queries.map(({ excluded }, index) => {
    const records = threads.map((thread) => recordOf(memory, index, thread))
    if (records[0]?.[QUESTION_CERTIFIED] === 0) return undefined
    const rows = records.flatMap((record) => listedRows(memory, record, excluded))
    return { rows, isWhole: records.every((record) => record[QUESTION_OVERFLOWED] === 0) }
  })
  // one after the other, for all are written to the first place
  return lists.map((list, index) => {
    const query = queries[index]
    if (list === undefined || list.isWhole || query === undefined) return list?.rows
    memory.queries[0]?.set(memory.queries[index] ?? [])
    return openRowsByRanges(memory, query, params, list.rows)
  })
}

/** The k-th best of the lower bounds: k rows reach it. −Infinity where there are fewer. */
export function sureScore(rows: readonly OpenRow[], k: number): number {
  if (rows.length < k || k === 0) return Number.NEGATIVE_INFINITY
  const bounds = Float64Array.from(rows, ({ lower }) => lower).sort()
  return bounds[bounds.length - k] ?? Number.NEGATIVE_INFINITY
}

/** Returns the threads that had a part in it, beside the caller. */
function scan(
  { core, layout, workers, questions }: TableMemory,
  count: number,
  params: KernelSearch,
): number[] {
  const { size, k } = params
  if (workers !== undefined && size * count * layout.codeStride >= MIN_SCAN_BYTES) {
    return workers.scan(count, size, k, (index) => questions.heapAt(index, k))
  }
  core.scanQuestions(layout.table, layout.questions, count, 0, size, BLOCK_ROWS, BLOCK_ROWS)
  return []
}

/**
 * The same of a query that leaves more rows open than a list holds, range by range.
 *
 * @param some rows that were found to be open, without the rest of them
 */
function openRowsByRanges(
  memory: TableMemory,
  query: KernelQuery,
  params: KernelSearch,
  some: readonly OpenRow[],
): OpenRow[] {
  const { core, layout } = memory
  const { size, k, minScore = Number.NEGATIVE_INFINITY } = params
  // scores are float32, and rounded to it the minimum may be lower
  let sure = Math.max(Math.fround(minScore), sureScore(some, k))
  let rows: OpenRow[] = []
  let held = MAX_HELD
  for (let from = 0; from < size; from += RANGE_ROWS) {
    const to = Math.min(from + RANGE_ROWS, size)
    writeQuestions(memory, [query], { ...params, minScore: sure })
    core.scanQuestions(layout.table, layout.questions, 1, from, to, BLOCK_ROWS, BLOCK_ROWS)
    rows.push(...listedRows(memory, recordOf(memory, 0, 0), query.excluded))
    if (rows.length <= held) continue
    sure = Math.max(sure, sureScore(rows, k))
    rows = rows.filter(({ upper }) => upper >= sure)
    held = Math.max(MAX_HELD, 2 * rows.length)
  }
  return rows
}

/** The record of a query as a thread has it. */
function recordOf({ layout, rows }: TableMemory, index: number, thread: number): Uint32Array {
  const { questions, workspaceBytes } = layout
  return new Uint32Array(
    rows.buffer,
    questions + thread * workspaceBytes + index * RECORD_WORDS * 4,
    RECORD_WORDS,
  )
}

/** The rows in the list of a record, as assembly/open-rows.ts has it. */
function listedRows({ rows }: TableMemory, record: Uint32Array, excluded: ArrayLike<number>): OpenRow[] {
  const list = (record[QUESTION_PRODUCTS] ?? 0) + BLOCK_ROWS * 4
  const bytes = record[QUESTION_LIST_BYTES] ?? 0
  const words = new Uint32Array(rows.buffer, list, bytes / 4)
  const bounds = new Float32Array(rows.buffer, list, bytes / 4)
  const left = new Set(Array.from(excluded))
  const found: OpenRow[] = []
  for (let entry = 0; entry < words.length; entry += ENTRY_BYTES / 4) {
    const first = words[entry + ENTRY_ID / 4] ?? 0
    const open = words[entry + ENTRY_OPEN / 4] ?? 0
    for (let lane = 0; lane < 4; lane++) {
      const id = first + lane
      if ((open & (1 << lane)) === 0 || left.has(id)) continue
      const upper = bounds[entry + lane] ?? Number.NaN
      const lower = bounds[entry + lane + ENTRY_LOWER / 4] ?? Number.NaN
      // bounds that are no numbers bound nothing
      found.push({
        id,
        upper: Number.isNaN(upper) ? Number.POSITIVE_INFINITY : upper,
        lower: Number.isNaN(lower) ? Number.NEGATIVE_INFINITY : lower,
      })
    }
  }
  return found
}
