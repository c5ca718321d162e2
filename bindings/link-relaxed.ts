/** Puts the kernels with relaxed SIMD into a core's table of functions, on each thread's own. */
import type { CompiledModule, CoreExports, LinearMemory } from './core.ts'

type Products = (table: number, question: number, from: number, to: number) => void
type ProductsOfFour = (
  table: number,
  a: number,
  b: number,
  c: number,
  d: number,
  from: number,
  to: number,
) => void

/** The functions of assembly/relaxed/index.ts. */
export interface RelaxedExports {
  planQuestion(table: number, question: number, widest: number, length: number, scale: number): number
  products: Products
  productsOfFour: ProductsOfFour
  productsByDot: Products
  productsOfFourByDot: ProductsOfFour
  refine(table: number, question: number, entry: number, open: number, threshold: number): number
  chooseColumns(table: number, size: number): void
  measureRows(table: number, size: number): void
  addRows(table: number, from: number, to: number): void
}

/** How far behind the others those by dot products stand in the table. */
export const BY_DOT = 4

/** Returns them, and where in the table they begin: the same place for all cores of a build. */
export function linkRelaxed(core: CoreExports, module: CompiledModule, memory: LinearMemory) {
  const { exports } = new WebAssembly.Instance(module as WebAssembly.Module, { env: { memory } })
  const kernels = exports as unknown as RelaxedExports
  const { planQuestion, refine } = kernels
  const called = [
    ...[planQuestion, kernels.products, kernels.productsOfFour, refine],
    ...[planQuestion, kernels.productsByDot, kernels.productsOfFourByDot, refine],
  ]
  const place = core.table.grow(called.length)
  for (const [index, kernel] of called.entries()) core.table.set(place + index, kernel)
  return { kernels, place }
}
