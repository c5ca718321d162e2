/**
 * The exports of the core. It knows addresses and lengths; tokens, tables and JavaScript are bindings/'
 * affair. Constants are for the build alone, which writes them to build/core-constants.ts
 * (scripts/compile-core.mjs).
 */
export { scanQuestions } from './batch'
export { STATS } from './code-stats'
export { COLUMN_VECTORS, measureColumns } from './columns'
export { BF16, F16, F32, INT8 } from './elements'
export { adoptRows, encodeRows } from './encode'
export * from './fields'
export { gather } from './gather'
export { clearHeap, fillHeap, mergeHeap, sortedIds } from './heap'
export { cosine, measure } from './measure'
export { inverseNorm, inverseNorms } from './norm'
export { BLOCK_ROWS, ENTRY_BYTES, ENTRY_ID, ENTRY_LOWER, ENTRY_OPEN, MAX_LIST_BYTES } from './open-rows'
export { MAX_CODED_COLUMNS, planQuestion } from './plan-question'
export { pool } from './pool'
export { COSINE, DOT } from './score'
export { NO_THRESHOLD } from './shared-threshold'

/** The first byte behind the core's static data: bindings/ lays tables out from here on. */
export const MEMORY_BASE: usize = __heap_base
