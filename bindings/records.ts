/** The records that the core reads (assembly/records.ts), as words of 4 bytes. */
import {
  QUESTION_BYTES,
  QUESTION_CERTIFIED,
  QUESTION_EXCLUDED,
  QUESTION_EXCLUDED_COUNT,
  QUESTION_HEAP,
  QUESTION_INVERSE_NORM,
  QUESTION_K,
  QUESTION_METRIC,
  QUESTION_PRODUCTS,
  QUESTION_QUANTISED,
  QUESTION_QUERY,
  QUESTION_RESCORED,
  TABLE_BYTES,
  TABLE_CODE_BITS,
  TABLE_CODE_SCALES,
  TABLE_CODE_STRIDE,
  TABLE_CODES,
  TABLE_COLUMNS,
  TABLE_DIMENSION,
  TABLE_INVERSE_NORMS,
  TABLE_MASK,
  TABLE_MAX_LIST_BYTES,
  TABLE_MOMENTS,
  TABLE_RESIDUALS,
  TABLE_ROW_BYTES,
  TABLE_ROW_SCALES,
  TABLE_ROWS,
  TABLE_STATS,
  TABLE_TYPE,
  TABLE_WIDENED,
} from '../build/core-constants.ts'
import { QUESTIONS, type TableLayout } from './layout.ts'

export const RECORD_WORDS = QUESTION_BYTES / 4

const TABLE_FIELDS = {
  dimension: TABLE_DIMENSION,
  rows: TABLE_ROWS,
  type: TABLE_TYPE,
  rowBytes: TABLE_ROW_BYTES,
  rowScales: TABLE_ROW_SCALES,
  widened: TABLE_WIDENED,
  norms: TABLE_INVERSE_NORMS,
  mask: TABLE_MASK,
  codes: TABLE_CODES,
  codeStride: TABLE_CODE_STRIDE,
  codeScales: TABLE_CODE_SCALES,
  residuals: TABLE_RESIDUALS,
  columns: TABLE_COLUMNS,
  moments: TABLE_MOMENTS,
  stats: TABLE_STATS,
  maxListBytes: TABLE_MAX_LIST_BYTES,
} as const satisfies Partial<Record<keyof TableLayout, number>>

export function writeTableRecord(buffer: ArrayBuffer, layout: TableLayout): void {
  const words = new Uint32Array(buffer, layout.table, TABLE_BYTES / 4)
  for (const field in TABLE_FIELDS) {
    const name = field as keyof typeof TABLE_FIELDS
    words[TABLE_FIELDS[name]] = layout[name]
  }
  writeCodeBits(buffer, layout, 8)
}

/** Bits of a code, which are known once rows are in place. */
export function writeCodeBits(buffer: ArrayBuffer, layout: TableLayout, bits: 4 | 8): void {
  new Uint32Array(buffer, layout.table)[TABLE_CODE_BITS] = bits
}

/** What differs from one question to the next. */
export interface QuestionFields {
  /** COSINE or DOT of the core. */
  metric: number
  k: number
  inverseNorm: number
  /** Where the ids of excluded rows lie, ascending, and how many there are. */
  excludedAt: number
  excludedCount: number
}

/** The questions in the memory, written anew for every search. */
export class QuestionRecords {
  private readonly words: Uint32Array
  private readonly numbers: Float32Array

  constructor(
    buffer: ArrayBuffer,
    private readonly layout: TableLayout,
  ) {
    const { questions, queries, queryBytes, quantised, quantisedBytes, products, productsBytes } = layout
    this.words = new Uint32Array(buffer, questions, QUESTIONS * RECORD_WORDS)
    this.numbers = new Float32Array(buffer, questions, QUESTIONS * RECORD_WORDS)
    for (let index = 0; index < QUESTIONS; index++) {
      const record = index * RECORD_WORDS
      this.words[record + QUESTION_QUERY] = queries + index * queryBytes
      this.words[record + QUESTION_QUANTISED] = quantised + index * quantisedBytes
      this.words[record + QUESTION_PRODUCTS] = products + index * productsBytes
    }
  }

  /** The address of a question. */
  at(index: number): number {
    return this.layout.questions + index * QUESTION_BYTES
  }

  write(index: number, { metric, k, inverseNorm, excludedAt, excludedCount }: QuestionFields): void {
    const { words } = this
    const record = index * RECORD_WORDS
    words[record + QUESTION_METRIC] = metric
    words[record + QUESTION_K] = k
    this.numbers[record + QUESTION_INVERSE_NORM] = inverseNorm
    words[record + QUESTION_RESCORED] = 0
    words[record + QUESTION_HEAP] = this.heapAt(index, k)
    words[record + QUESTION_CERTIFIED] = 0
    words[record + QUESTION_EXCLUDED] = excludedAt
    words[record + QUESTION_EXCLUDED_COUNT] = excludedCount
  }

  /** Where its heap of k rows lies; as much room for lower bounds is behind it. */
  heapAt(index: number, k: number): number {
    return this.layout.heaps + index * 2 * (8 + 8 * k)
  }

  /** Rows that the last certified scan scored in full; 0 after a plain scan. */
  rescored(index: number): number {
    return this.words[index * RECORD_WORDS + QUESTION_RESCORED] ?? 0
  }
}
