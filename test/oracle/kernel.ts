/** Searches straight through the memory, as the tests of bindings/ do. */
import { type KernelSearch, readAnswer, search } from '../../bindings/search.ts'
import type { TableMemory } from '../../bindings/table-memory.ts'

/** Searches for the first query; the answer is left in the memory. Returns how many rows it has. */
export function searchOne(memory: TableMemory, inverseNorm: number, params: KernelSearch): number {
  search(memory, [{ inverseNorm, excluded: [] }], params)
  return readAnswer(memory, 0, params.k)
}

/** Searches for one query for each norm; the answers are still to be read. */
export function searchSome(memory: TableMemory, inverseNorms: readonly number[], params: KernelSearch): void {
  search(
    memory,
    inverseNorms.map((inverseNorm) => ({ inverseNorm, excluded: [] })),
    params,
  )
}
