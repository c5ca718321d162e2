/** The exports of the core. It knows addresses and lengths; tokens, tables and JavaScript are bindings/' affair. */
export { scanQuestions } from './batch'
export { planQuestion } from './certify'
export { adoptRows, encodeRows, measureColumns } from './encode'
export { gather } from './gather'
export { clearHeap, mergeHeap, sortedIds } from './heap'
export { cosine, measure } from './measure'
export { inverseNorm, inverseNorms } from './norm'
export { pool } from './pool'

/** The first byte behind the core's static data: bindings/ lays tables out from here on. */
export function memoryBase(): usize {
  return __heap_base
}
