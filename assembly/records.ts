/**
 * The two records that bindings/ writes and every kernel reads: where a table's parts lie, and a query with
 * its scan. Fields are 4 bytes each, in this order; fields.ts exports their places.
 */

/** What `certified` may be beside 0. */
export const CERTIFIED: u32 = 1
export const RELAXED: u32 = 2

@unmanaged
export class Table {
  dimension: u32
  /** |V| × d numbers of one of the types in elements.ts. */
  rows: usize
  type: u32
  /** Bytes from one row to the next; 0 where the rows are not here: those left open stay listed then. */
  rowBytes: u32
  /** One float32 per row where the rows are int8. */
  rowScales: usize
  /** Room for one row as float32, padded with zeros to a multiple of 16. */
  widened: usize
  /** 1/||row||, float32. */
  inverseNorms: usize
  /** One bit per row: whether it may be in an answer. 32 rows a word, row 0 the lowest bit. */
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
  /** Where the kernels of relaxed/ begin in the table of functions, or 0 where there are none. */
  relaxed: u32
  /** Queries of this search. */
  queries: u32
  /** What relaxed/ needs of the rows: relaxed/wide-columns.ts. */
  maxK: u32
  wideCount: u32
  wideColumns: usize
  wideCodes: usize
  codeSums: usize
  codedNorms: usize
  lossRatio: f32
  /** Bytes that the list of a question has room for. */
  maxListBytes: u32
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
  /**
   * The query in 16 bits for the codes, and room for the products of a block. plan-question.ts fills in the
   * rest.
   */
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
  /** 0, or the kernels that planQuestion made the question ready for: CERTIFIED or RELAXED. */
  certified: u32
  /** Its product with a row, on the way from one kernel to the next. */
  product: f32
  /** Rows whose bounds were looked at. */
  tried: u32
  /** What 4-bit codes leave out of each product: four-bits.ts. */
  constant: i32
  /** How many bits coarser the other columns of a query are than its wide ones: relaxed/plan-question.ts. */
  wideShift: u32
  /** ||f|| where relaxed/ multiplies it with each row's own s·||c||, instead of F. */
  lost: f32
  /** t and ||f|| for products that relaxed/refine.ts has made finer. */
  fineStep: f32
  fineLost: f32
  /**
   * The word in which threads share the score a row must reach, or 0, and the question's number:
   * shared-threshold.ts.
   */
  shared: usize
  number: u32
  /** Rows to leave out of the answer: ids in ascending order, and how many: excluded.ts. */
  excluded: usize
  excludedCount: u32
  /** Bytes of the rows listed behind the products: open-rows.ts. */
  listBytes: u32
  /** How long the list may become before it is looked through: certified-scan.ts. */
  longestList: u32
  /** Sums of bytes read ahead: without a use, the compiler would leave out the reads. */
  touched: u32
  /** 1 where rows are not here, and more of them were left open than the list has room for. */
  overflowed: u32
}
