/**
 * Where everything of a table lies in its one memory. Computed here and nowhere else.
 *
 *   0         the core's own static data (a few bytes; `base` is its end)
 *   table     the record of assembly/records.ts
 *   queries   for each of QUESTIONS: d float32, zeros up to the next multiple of 16
 *   other     the same once                                       the second vector of a similarity
 *   widened   the same once                                       a row of another type as float32
 *   scratch   rows on their way out of gather
 *   mask      one bit per row                                     rows that may be in the answer
 *   norms     |V| float32                                         1/||row||
 *   ids, cosines, dots   |V| × 4 bytes each                       the answer
 *   codes     |V| × (d rounded up to 8) int8, where there are codes (half where they have 4 bits)
 *   codeScales, residuals                  |V| float32 each, with codes
 *   columns, moments, stats, quantised     what codes are relative to, and queries as codes
 *   relaxed   16 bytes a row for kernels with relaxed SIMD (bindings/relaxed.ts)
 *   rowScales   |V| float32, where rows are int8
 *   rows      |V| × d numbers, and 64 bytes and 3 × d behind the last   the table E
 *
 * and what each thread has for itself, `workspaceBytes` apart (the pages that are not touched cost nothing):
 *
 *   questions QUESTIONS records of assembly/records.ts
 *   products  for each question: with a block of codes, and a list of rows these do not rule out
 *   heaps     for each question 8 bytes and k uint64, twice       the best rows, and lower bounds, so far
 *
 * Where there are several threads, `control` and `published` follow (bindings/thread-control.ts).
 *
 * Rows that are int8 are their own codes: `codes` and `codeScales` are then the rows' own.
 */
import {
  BF16,
  BLOCK_ROWS,
  COLUMN_VECTORS,
  ENTRY_BYTES,
  F16,
  F32,
  INT8,
  MAX_LIST_BYTES,
  QUESTION_BYTES,
  STATS,
  TABLE_BYTES,
} from '../build/core-constants.ts'

/** A scan of fewer bytes is over before another thread has woken. */
export const MIN_SCAN_BYTES = 1 << 20
/** Rows that a block must have for a thread of its own. */
export const MIN_BLOCK_ROWS = 512
/** Queries that are answered at once. */
export const QUESTIONS = 32
/** The core computes addresses with 32 bits, so the last page stays unused and no end wraps to 0. */
export const MAX_MEMORY_BYTES = 2 ** 32 - 65_536
const ALIGNMENT = 64
/** Words of bindings/thread-control.ts. */
const CONTROL_BYTES = 4096
const SCRATCH_BYTES = 65_536
/** Where rows are elsewhere none is scored during a scan, which rules fewer out: lists are so much longer. */
const LONGER = 16
/** Up to this k all of QUESTIONS fit the heaps at once. */
const BATCH_K = 512

/** How rows are stored: float32, the upper half of a float32, IEEE binary16, or int8 with a scale per row. */
export type ElementType = 'f32' | 'bf16' | 'f16' | 'int8'

/** The core's number of each type, and the bytes of one number. */
export const ELEMENTS = {
  f32: { type: F32, bytes: 4 },
  bf16: { type: BF16, bytes: 2 },
  f16: { type: F16, bytes: 2 },
  int8: { type: INT8, bytes: 1 },
} as const satisfies Record<ElementType, { type: number; bytes: number }>

export interface TableShape {
  /** Rows there is room for, |V|. */
  capacity: number
  /** Columns, d. */
  dimension: number
  dtype: ElementType
  /** Whether there are codes beside the rows. */
  codes: boolean
  /** Threads that search, the caller's own among them. */
  threads: number
  /** Whether the rows are elsewhere, and only their codes here. Default: false. */
  codesAlone?: boolean | undefined
}

/** Gives the next part its place. */
type Place = (bytes: number) => number

/** Addresses of the parts, in bytes, and their sizes. */
export type TableLayout = ReturnType<typeof layoutOf>

/**
 * The layout for a shape. `byteLength` may exceed MAX_MEMORY_BYTES: the caller checks it before allocating.
 */
export function layoutOf({ codes: hasCodes, ...shape }: TableShape, base: number) {
  let byteLength = base
  const place = (bytes: number) => {
    const start = aligned(byteLength)
    byteLength = start + bytes
    return start
  }
  const { capacity, dimension, dtype, codesAlone = false } = shape
  const { type, bytes } = ELEMENTS[dtype]
  const parts = {
    ...shape,
    hasCodes,
    codesAlone,
    type,
    rowBytes: codesAlone ? 0 : dimension * bytes,
    ...placeVectors(dimension, place),
    ...placeRowLists(capacity, place),
    ...placeBounds(hasCodes ? capacity : 0, dimension, place),
    rowScales: place(dtype === 'int8' ? capacity * 4 : 0),
    ...placeWorkspaces(shape, hasCodes, place),
  }
  const ownCodes = hasCodes && dtype !== 'int8' ? 1 : 0
  const codeStride = ownCodes ? padded(dimension, 8) : dimension
  const codeScales = ownCodes ? place(capacity * 4) : parts.rowScales
  const codes = place(ownCodes * Math.max(capacity, 4) * codeStride)
  // codes of up to three rows more are read, which may be the rows
  const rows = place(capacity * parts.rowBytes + 3 * dimension + ALIGNMENT)
  return { ...parts, codeStride, codeScales, codes: ownCodes ? codes : rows, rows, byteLength }
}

function padded(length: number, multiple: number): number {
  return Math.ceil(length / multiple) * multiple
}

function aligned(bytes: number): number {
  return padded(bytes, ALIGNMENT)
}

function placeVectors(dimension: number, place: Place) {
  /** Bytes from one query to the next. */
  const queryBytes = padded(dimension, 16) * 4
  const scratchRows = Math.max(1, Math.floor(SCRATCH_BYTES / (dimension * 4)))
  return {
    table: place(TABLE_BYTES),
    queries: place(QUESTIONS * queryBytes),
    queryBytes,
    other: place(queryBytes),
    widened: place(queryBytes),
    scratch: place(scratchRows * dimension * 4),
    scratchRows,
  }
}

function placeRowLists(capacity: number, place: Place) {
  return {
    mask: place(padded(capacity, 32) / 8),
    norms: place(capacity * 4),
    ids: place(capacity * 4),
    cosines: place(capacity * 4),
    dots: place(capacity * 4),
  }
}

/** What codes are relative to and bound by; nothing for no rows. */
function placeBounds(capacity: number, dimension: number, place: Place) {
  const columns = capacity > 0 ? padded(dimension, 8) : 0
  /** Bytes from one quantised query to the next: 16 bits a column, or what relaxed kernels make of it. */
  const quantisedBytes = 2 * padded(columns, 32) + 48
  return {
    columns: place(columns * COLUMN_VECTORS * 4),
    moments: place(columns * 16),
    stats: place(columns > 0 ? STATS * 4 : 0),
    quantised: place(columns > 0 ? QUESTIONS * quantisedBytes : 0),
    quantisedBytes,
    relaxed: place(capacity > 0 ? capacity * 16 + 256 : 0),
    residuals: place(capacity * 4),
  }
}

/** The parts of the first thread, room for those of the others, and what all agree on. */
function placeWorkspaces(
  { capacity, threads, codesAlone }: Omit<TableShape, 'codes'>,
  hasCodes: boolean,
  place: Place,
) {
  const heapBytes = Math.max(8 + 8 * capacity, QUESTIONS * 2 * (8 + 8 * Math.min(capacity, BATCH_K)))
  const questions = place(QUESTIONS * QUESTION_BYTES)
  /** Bytes from one question's products to the next's. A list has an entry of each four rows at most. */
  const maxListBytes = codesAlone ? LONGER * MAX_LIST_BYTES : MAX_LIST_BYTES
  const listBytes = Math.min(maxListBytes, Math.ceil(capacity / 4) * ENTRY_BYTES)
  const productsBytes = hasCodes ? BLOCK_ROWS * 4 + listBytes + 192 : 0
  const products = place(QUESTIONS * productsBytes)
  const heaps = place(heapBytes)
  const workspaceBytes = aligned(heaps + heapBytes) - questions
  place((threads - 1) * workspaceBytes)
  const isShared = threads > 1 ? 1 : 0
  return {
    questions,
    maxListBytes,
    products,
    productsBytes,
    heaps,
    heapBytes,
    workspaceBytes,
    control: place(isShared * CONTROL_BYTES),
    published: place(isShared * QUESTIONS * QUESTION_BYTES),
  }
}
