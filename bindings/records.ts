/** Mirrors assembly/records.ts: the records the core reads, field by field, four bytes each, in order. */
import { QUESTION_BYTES, QUESTIONS, type TableLayout } from './layout.ts'

const TABLE_FIELDS = [
  'dimension',
  'rows',
  'type',
  'rowBytes',
  'rowScales',
  'widened',
  'norms',
  'mask',
  'codes',
  'codeStride',
  'codeScales',
  'residuals',
  'columns',
  'moments',
  'stats',
] as const satisfies readonly (keyof TableLayout)[]
/** The last field: bits of a code, which are known once rows are in place. */
const CODE_BITS = TABLE_FIELDS.length

/** Places of the question's fields that bindings/ writes or reads. */
const QUESTION = {
  metric: 0,
  k: 1,
  query: 2,
  inverseNorm: 3,
  quantised: 4,
  products: 5,
  rescored: 10,
  heap: 11,
  certified: 12,
  tried: 14,
  excluded: 18,
  excludedCount: 19,
} as const

export const RECORD_WORDS = QUESTION_BYTES / 4
export const { products: PRODUCTS, heap: HEAP, rescored: RESCORED } = QUESTION
/** What several threads alone need: assembly/shared-threshold.ts. */
export const SHARED = 16
export const NUMBER = 17

export function writeTableRecord(buffer: ArrayBuffer, layout: TableLayout): void {
  const words = new Uint32Array(buffer, layout.table, TABLE_FIELDS.length)
  for (const [place, field] of TABLE_FIELDS.entries()) words[place] = layout[field]
  writeCodeBits(buffer, layout, 8)
}

export function writeCodeBits(buffer: ArrayBuffer, layout: TableLayout, bits: 4 | 8): void {
  new Uint32Array(buffer, layout.table)[CODE_BITS] = bits
}

/** What differs from one question to the next. */
export interface QuestionFields {
  /** The number of a metric in assembly/score.ts. */
  metric: number
  k: number
  inverseNorm: number
  /** Where the ids of excluded rows lie, ascending, and how many there are. */
  excludedAt?: number
  excludedCount?: number
}

/** The questions in the memory, to be asked anew again and again. */
export class QuestionRecords {
  private readonly words: Uint32Array
  private readonly numbers: Float32Array

  constructor(
    private readonly buffer: ArrayBuffer,
    private readonly layout: TableLayout,
  ) {
    const { questions, queries, queryBytes, quantised, quantisedBytes, products } = layout
    this.words = new Uint32Array(buffer, questions, QUESTIONS * RECORD_WORDS)
    this.numbers = new Float32Array(buffer, questions, QUESTIONS * RECORD_WORDS)
    for (let index = 0; index < QUESTIONS; index++) {
      const record = index * RECORD_WORDS
      this.words[record + QUESTION.query] = queries + index * queryBytes
      this.words[record + QUESTION.quantised] = quantised + index * quantisedBytes
      this.words[record + QUESTION.products] = products
    }
  }

  /** The address of a question. */
  at(index: number): number {
    return this.layout.questions + index * QUESTION_BYTES
  }

  write(index: number, { metric, k, inverseNorm, excludedAt = 0, excludedCount = 0 }: QuestionFields): void {
    const record = index * RECORD_WORDS
    this.words[record + QUESTION.metric] = metric
    this.words[record + QUESTION.k] = k
    this.numbers[record + QUESTION.inverseNorm] = inverseNorm
    this.words[record + QUESTION.rescored] = 0
    this.words[record + QUESTION.heap] = this.heapAt(index, k)
    this.words[record + QUESTION.certified] = 0
    this.words[record + QUESTION.tried] = 0
    this.words[record + QUESTION.excluded] = excludedAt
    this.words[record + QUESTION.excludedCount] = excludedCount
  }

  inverseNorm(index: number): number {
    return this.numbers[index * RECORD_WORDS + QUESTION.inverseNorm]!
  }

  heapAt(index: number, k: number): number {
    return this.layout.heaps + index * (8 + 8 * k)
  }

  /**
   * Fills a heap with k keys of the score `least` and of no row (assembly/heap.ts): rows of that score or a better one take their
   * places, and all others are ruled out from the first row on.
   */
  fillHeap(index: number, k: number, minScore: number): void {
    // −0 + 0 is +0: the two zeros tie
    const bits = new Int32Array(Float32Array.of(minScore + 0).buffer)[0]!
    const ordered = (bits ^ ((bits >> 31) | 0x80000000)) >>> 0
    const heap = new BigUint64Array(this.buffer, this.heapAt(index, k), k + 1)
    heap.fill(BigInt(ordered) << 32n)[0] = BigInt(k)
  }

  /** Rows that the last certified scan scored in full; 0 after a plain scan. */
  rescored(index: number): number {
    return this.words[index * RECORD_WORDS + QUESTION.rescored]!
  }
}
