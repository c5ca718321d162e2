/** Searches straight through the memory, as the tests of bindings/ do. */
import type { KernelSearch, TableMemory } from '../../bindings/table-memory.ts'

/** Asks the first query; the answer is left in the memory. Returns how many rows it has. */
export function searchOne(memory: TableMemory, inverseNorm: number, search: KernelSearch): number {
  memory.search([{ inverseNorm, excluded: [] }], search)
  return memory.answer(0, search.k)
}

/** Asks one query for each norm; the answers are still to be read. */
export function searchSome(memory: TableMemory, inverseNorms: readonly number[], search: KernelSearch): void {
  memory.search(
    inverseNorms.map((inverseNorm) => ({ inverseNorm, excluded: [] })),
    search,
  )
}
