/**
 * The kernels of the build with relaxed SIMD: a module of its own over the same memory, whose functions the core
 * calls by its table of functions (bindings/relaxed.ts puts them there, in this order). Answers are the same to
 * the bit: kernels choose which rows are scored, and the core scores them.
 */
export { planForDot, planQuestion } from './plan-question'
export { products, productsOfFour } from './products'
export { productsByDot, productsOfFourByDot } from './products-by-dot'
export { refine } from './refine'
export { addRows, measureRows } from './rows'
export { chooseColumns } from './wide-columns'
