/**
 * Where everything of a table lies in its one memory. Computed here and nowhere else.
 *
 *   0         the core's own static data (a few bytes; `base` is its end)
 *   table     the record of assembly/records.ts, 64 bytes
 *   queries   for each of QUESTIONS: d float32, zeros up to the next multiple of 16     what is asked
 *   other     the same once                                       the second vector of a similarity
 *   widened   the same once                                       a row of another type as float32
 *   scratch   rows on their way out of gather
 *   mask      a bit a row                                         rows that may be in the answer
 *   norms     |V| float32                                         1/||row||
 *   ids, cosines, dots   |V| × 4 bytes each                       the answer
 *   codes     |V| × (d rounded up to 8) int8, where there are codes (of 4 bits take half of that: assembly/four-bits.ts), and with them
 *             codeScales, residuals  |V| float32 each; columns, moments, stats, quantised   (assembly/encode.ts)
 *   rowScales   |V| float32, where rows are int8
 *   rows      |V| × d numbers, and 64 bytes behind the last       the table E
 *
 * and what each thread has for itself, `workspaceBytes` apart (the pages that are not touched cost nothing):
 *
 *   questions QUESTIONS records of assembly/records.ts, QUESTION_BYTES each
 *   products  of two questions with a block of codes, and a list of rows these do not rule out
 *   heaps     8 bytes and k uint64 for each question              the best rows so far
 *
 * Where there are several threads, `control` and `asked` follow (bindings/thread-control.ts).
 *
 * Rows that are int8 are their own codes: `codes` and `codeScales` are then the rows' own.
 */

/** How rows are kept: float32, the upper half of a float32, IEEE binary16, or int8 with a scale a row. */
export type ElementType = 'f32' | 'bf16' | 'f16' | 'int8'

/** Numbers of assembly/elements.ts, and bytes a number takes. */
export const ELEMENTS = {
  f32: { type: 0, bytes: 4 },
  bf16: { type: 1, bytes: 2 },
  f16: { type: 2, bytes: 2 },
  int8: { type: 3, bytes: 1 },
} as const satisfies Record<ElementType, { type: number; bytes: number }>

export interface TableShape {
  /** Rows there is room for, |V|. */
  capacity: number
  /** Columns, d. */
  dimension: number
  /** How rows are kept. */
  dtype: ElementType
  /** Whether there are codes beside the rows. */
  codes: boolean
  /** Threads that search, the caller's own among them. */
  threads: number
}

/** A scan of fewer bytes is over before another thread has woken. */
export const MIN_SCAN_BYTES = 1 << 20
/** Least rows of a block that a thread scans on its own. */
export const MIN_BLOCK_ROWS = 512

/** Questions that can be asked at once. */
export const QUESTIONS = 32

export interface TableLayout extends Omit<TableShape, 'codes'> {
  /** Where the codes lie; meaningless where `hasCodes` is false. */
  codes: number
  hasCodes: boolean
  table: number
  queries: number
  /** Bytes from one query to the next. */
  queryBytes: number
  other: number
  /** The number of `dtype` in the core. */
  type: number
  rowBytes: number
  rowScales: number
  widened: number
  scratch: number
  scratchRows: number
  mask: number
  norms: number
  /** Bytes of one thread's workspace; of the first thread's, the parts. */
  workspaceBytes: number
  questions: number
  products: number
  heaps: number
  heapBytes: number
  /** Where there are several threads: what they agree on (bindings/threads.ts), and the questions as they were asked. */
  control: number
  asked: number
  ids: number
  cosines: number
  dots: number
  codeStride: number
  codeScales: number
  residuals: number
  columns: number
  moments: number
  stats: number
  quantised: number
  /** Bytes from one quantised query to the next. */
  quantisedBytes: number
  rows: number
  /** Bytes in all. */
  byteLength: number
}

const ALIGNMENT = 64
/** Words of bindings/thread-control.ts. */
const CONTROL_BYTES = 4096
const SCRATCH_BYTES = 65_536
const TABLE_BYTES = 64
/** Bytes of a Question of assembly/records.ts. */
export const QUESTION_BYTES = 80
/** BLOCK of assembly/certify.ts, MOST_ROWS of assembly/batch.ts. */
export const BLOCK_ROWS = 1024
/** The list of assembly/certify.ts: ENTRY times MOST_ENTRIES. */
const LIST_BYTES = 48 * 1024
/** Up to this k all of QUESTIONS fit the heaps at once. */
const BATCH_K = 1024
/** The core computes addresses with 32 bits, so the last page stays unused and no end wraps to 0. */
export const MAX_MEMORY_BYTES = 2 ** 32 - 65_536

/** The layout for a shape. `byteLength` may exceed MAX_MEMORY_BYTES: the caller checks it before allocating. */
export function layoutOf(
  { capacity, dimension, dtype, codes, threads }: TableShape,
  base: number,
): TableLayout {
  let end = base
  const place = (bytes: number) => {
    const start = Math.ceil(end / ALIGNMENT) * ALIGNMENT
    end = start + bytes
    return start
  }
  const { type, bytes } = ELEMENTS[dtype]
  const rowBytes = dimension * bytes
  const paddedVector = Math.ceil(dimension / 16) * 64
  const paddedDimension = Math.ceil(dimension / 8) * 8
  const scratchRows = Math.max(1, Math.floor(SCRATCH_BYTES / (dimension * 4)))
  const coded = codes ? 1 : 0
  const ownCodes = coded && dtype !== 'int8' ? 1 : 0
  const small = {
    table: place(TABLE_BYTES),
    queries: place(QUESTIONS * paddedVector),
    other: place(paddedVector),
    widened: place(paddedVector),
    scratch: place(scratchRows * dimension * 4),
    mask: place(Math.ceil(capacity / 32) * 4),
    norms: place(capacity * 4),
    ids: place(capacity * 4),
    cosines: place(capacity * 4),
    dots: place(capacity * 4),
    columns: place(coded * paddedDimension * 16),
    moments: place(coded * paddedDimension * 16),
    stats: place(coded * 16),
    quantised: place(coded * QUESTIONS * paddedDimension * 2),
    residuals: place(coded * capacity * 4),
    rowScales: place(dtype === 'int8' ? capacity * 4 : 0),
  }
  const heapBytes = Math.max(8 + 8 * capacity, QUESTIONS * (8 + 8 * Math.min(capacity, BATCH_K)))
  const workspace = {
    questions: place(QUESTIONS * QUESTION_BYTES),
    products: place(coded * (2 * BLOCK_ROWS * 4 + LIST_BYTES)),
    heaps: place(heapBytes),
  }
  const workspaceBytes = Math.ceil(end / ALIGNMENT) * ALIGNMENT - workspace.questions
  const others = threads - 1
  place(others * workspaceBytes)
  const control = place(others > 0 ? CONTROL_BYTES : 0)
  const asked = place(others > 0 ? QUESTIONS * QUESTION_BYTES : 0)
  const codeScales = ownCodes ? place(capacity * 4) : small.rowScales
  const codesPlace = ownCodes ? place(Math.max(capacity, 4) * paddedDimension) : 0
  const rows = place(capacity * rowBytes + ALIGNMENT)
  return {
    ...small,
    ...workspace,
    workspaceBytes,
    control,
    asked,
    threads,
    heapBytes,
    queryBytes: paddedVector,
    quantisedBytes: paddedDimension * 2,
    capacity,
    dimension,
    dtype,
    type,
    rowBytes,
    scratchRows,
    hasCodes: codes,
    codes: ownCodes ? codesPlace : rows,
    codeStride: ownCodes ? paddedDimension : dimension,
    codeScales,
    rows,
    byteLength: end,
  }
}
