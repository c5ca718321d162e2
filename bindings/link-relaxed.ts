/** Puts the kernels with relaxed SIMD into a core's table of functions, on each thread's own. */
import type { CompiledModule, CoreExports, LinearMemory } from './core.ts'

/** The functions of assembly/relaxed/index.ts. */
export interface RelaxedExports {
  planQuestion(table: number, question: number, widest: number, length: number, scale: number): number
  products(table: number, question: number, from: number, to: number): void
  productsOfFour(table: number, a: number, b: number, c: number, d: number, from: number, to: number): void
  refine(table: number, question: number, entry: number, open: number, threshold: number): number
  chooseColumns(table: number, size: number): void
  measureRows(table: number, size: number): void
  addRows(table: number, from: number, to: number): void
}

/** Returns them, and where in the table they begin: the same place for all cores of a build. */
export function linkRelaxed(core: CoreExports, module: CompiledModule, memory: LinearMemory) {
  const { exports } = new WebAssembly.Instance(module as WebAssembly.Module, { env: { memory } })
  const kernels = exports as unknown as RelaxedExports
  const called = [kernels.planQuestion, kernels.products, kernels.productsOfFour, kernels.refine]
  const place = core.table.grow(called.length)
  for (const [index, kernel] of called.entries()) core.table.set(place + index, kernel)
  return { kernels, place }
}
