/** Where the fields of the records lie, in words of 4 bytes: what bindings/ writes and reads of them. */
import { Question, Table } from './records'

export const TABLE_BYTES: u32 = <u32>offsetof<Table>()
export const TABLE_DIMENSION: u32 = <u32>offsetof<Table>('dimension') >> 2
export const TABLE_ROWS: u32 = <u32>offsetof<Table>('rows') >> 2
export const TABLE_TYPE: u32 = <u32>offsetof<Table>('type') >> 2
export const TABLE_ROW_BYTES: u32 = <u32>offsetof<Table>('rowBytes') >> 2
export const TABLE_ROW_SCALES: u32 = <u32>offsetof<Table>('rowScales') >> 2
export const TABLE_WIDENED: u32 = <u32>offsetof<Table>('widened') >> 2
export const TABLE_INVERSE_NORMS: u32 = <u32>offsetof<Table>('inverseNorms') >> 2
export const TABLE_MASK: u32 = <u32>offsetof<Table>('mask') >> 2
export const TABLE_CODES: u32 = <u32>offsetof<Table>('codes') >> 2
export const TABLE_CODE_STRIDE: u32 = <u32>offsetof<Table>('codeStride') >> 2
export const TABLE_CODE_SCALES: u32 = <u32>offsetof<Table>('codeScales') >> 2
export const TABLE_RESIDUALS: u32 = <u32>offsetof<Table>('residuals') >> 2
export const TABLE_COLUMNS: u32 = <u32>offsetof<Table>('columns') >> 2
export const TABLE_MOMENTS: u32 = <u32>offsetof<Table>('moments') >> 2
export const TABLE_STATS: u32 = <u32>offsetof<Table>('stats') >> 2
export const TABLE_CODE_BITS: u32 = <u32>offsetof<Table>('codeBits') >> 2
export const TABLE_RELAXED: u32 = <u32>offsetof<Table>('relaxed') >> 2
export const TABLE_QUERIES: u32 = <u32>offsetof<Table>('queries') >> 2
export const TABLE_MAX_K: u32 = <u32>offsetof<Table>('maxK') >> 2
export const TABLE_WIDE_COLUMNS: u32 = <u32>offsetof<Table>('wideColumns') >> 2
export const TABLE_WIDE_CODES: u32 = <u32>offsetof<Table>('wideCodes') >> 2
export const TABLE_CODED_NORMS: u32 = <u32>offsetof<Table>('codedNorms') >> 2
export const TABLE_MAX_LIST_BYTES: u32 = <u32>offsetof<Table>('maxListBytes') >> 2
export const TABLE_CODE_SUMS: u32 = <u32>offsetof<Table>('codeSums') >> 2

export const QUESTION_BYTES: u32 = <u32>offsetof<Question>()
export const QUESTION_METRIC: u32 = <u32>offsetof<Question>('metric') >> 2
export const QUESTION_K: u32 = <u32>offsetof<Question>('k') >> 2
export const QUESTION_QUERY: u32 = <u32>offsetof<Question>('query') >> 2
export const QUESTION_INVERSE_NORM: u32 = <u32>offsetof<Question>('inverseNorm') >> 2
export const QUESTION_QUANTISED: u32 = <u32>offsetof<Question>('quantised') >> 2
export const QUESTION_PRODUCTS: u32 = <u32>offsetof<Question>('products') >> 2
export const QUESTION_RESCORED: u32 = <u32>offsetof<Question>('rescored') >> 2
export const QUESTION_HEAP: u32 = <u32>offsetof<Question>('heap') >> 2
export const QUESTION_CERTIFIED: u32 = <u32>offsetof<Question>('certified') >> 2
export const QUESTION_TRIED: u32 = <u32>offsetof<Question>('tried') >> 2
export const QUESTION_SHARED: u32 = <u32>offsetof<Question>('shared') >> 2
export const QUESTION_NUMBER: u32 = <u32>offsetof<Question>('number') >> 2
export const QUESTION_EXCLUDED: u32 = <u32>offsetof<Question>('excluded') >> 2
export const QUESTION_EXCLUDED_COUNT: u32 = <u32>offsetof<Question>('excludedCount') >> 2
export const QUESTION_LIST_BYTES: u32 = <u32>offsetof<Question>('listBytes') >> 2
export const QUESTION_OVERFLOWED: u32 = <u32>offsetof<Question>('overflowed') >> 2
