/** Mirrors assembly/records.ts: the records the core reads, field by field, four bytes each, in order. */
import type { TableLayout } from './layout.ts'

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

const QUESTION_WORDS = 11

/** Places of the question's fields that bindings/ writes or reads. */
const QUESTION = {
  metric: 0,
  k: 1,
  query: 2,
  inverseNorm: 3,
  quantised: 4,
  products: 5,
  rescored: 10,
} as const

export function writeTableRecord(buffer: ArrayBuffer, layout: TableLayout): void {
  const words = new Uint32Array(buffer, layout.table, TABLE_FIELDS.length)
  for (const [place, field] of TABLE_FIELDS.entries()) words[place] = layout[field]
}

/** The question in the memory, to be asked anew again and again. */
export class QuestionRecord {
  private readonly words: Uint32Array
  private readonly numbers: Float32Array

  constructor(buffer: ArrayBuffer, layout: TableLayout) {
    this.words = new Uint32Array(buffer, layout.question, QUESTION_WORDS)
    this.numbers = new Float32Array(buffer, layout.question, QUESTION_WORDS)
    this.words[QUESTION.query] = layout.query
    this.words[QUESTION.quantised] = layout.quantised
    this.words[QUESTION.products] = layout.products
  }

  write(metric: number, k: number, inverseNorm: number): void {
    this.words[QUESTION.metric] = metric
    this.words[QUESTION.k] = k
    this.numbers[QUESTION.inverseNorm] = inverseNorm
    this.words[QUESTION.rescored] = 0
  }

  /** Rows that the last certified scan scored in full; 0 after a plain scan. */
  get rescored(): number {
    return this.words[QUESTION.rescored]!
  }
}
