/**
 * The two records that bindings/ writes and every kernel reads: where a table's parts lie, and what is asked.
 * Fields are 4 bytes each, in this order; bindings/records.ts mirrors it.
 */

@unmanaged
export class Table {
  dimension: u32
  /** |V| × d numbers of one of the types in elements.ts. */
  rows: usize
  type: u32
  /** Bytes from one row to the next. */
  rowBytes: u32
  /** One float32 a row where the rows are int8. */
  rowScales: usize
  /** Room for one row as float32, padded with zeros to a multiple of 16. */
  widened: usize
  /** 1/||row||, float32. */
  inverseNorms: usize
  /** A bit a row: whether it may be in an answer. 32 rows a word, row 0 the lowest bit. */
  mask: usize
  /** Codes of the rows and what belongs to them: encode.ts. */
  codes: usize
  codeStride: u32
  codeScales: usize
  residuals: usize
  columns: usize
  moments: usize
  stats: usize
  /** 8 or 4: bits of a code. */
  codeBits: u32
}

@unmanaged
export class Question {
  /** COSINE or DOT, in score.ts. */
  metric: u32
  /** Rows wanted, at least 1. */
  k: u32
  /** d float32, padded with zeros to a multiple of 16. */
  query: usize
  inverseNorm: f32
  /** The query in 16 bits for the codes, and room for the products of a block: certify.ts, which fills in the rest. */
  quantised: usize
  products: usize
  offset: f32
  step: f32
  norm: f32
  slack: f32
  /** Rows that the last certified scan scored in full. */
  rescored: u32
  /** The best rows so far: heap.ts. */
  heap: usize
  /** Whether planQuestion has been asked and codes pay. */
  certified: u32
  /** Its product with a row, on the way from one kernel to the next. */
  product: f32
  /** Rows whose bounds were looked at. */
  tried: u32
  /** What 4-bit codes leave out of each product: four-bits.ts. */
  constant: i32
  /** Where threads tell each other the score a row must reach, 0 where one scans alone, and the question's number there: shared-threshold.ts. */
  shared: usize
  number: u32
  /** Rows that are not to be in the answer: ids in ascending order, and how many: excluded.ts. */
  excluded: usize
  excludedCount: u32
}

/** Bytes from one question to the next. */
export const QUESTION_BYTES: usize = 80
