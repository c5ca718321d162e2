/**
 * The kernels of the build with relaxed SIMD: a module of its own over the same memory, whose functions the
 * core calls by its table of functions (bindings/link-relaxed.ts puts them there). Answers are the same to
 * the bit: kernels choose which rows are scored, and the core scores them.
 */
import { Question, Table } from '../records'
import { productsByFour, productsOfFourByFour } from './four-bits'
import { products as productsByEight, productsOfFour as productsOfFourByEight } from './products'

export { planQuestion } from './plan-question'
export { refine } from './refine'
export { addRows, measureRows } from './rows'
export { chooseColumns } from './wide-columns'

export function products(table: Table, question: Question, from: u32, to: u32): void {
  if (table.codeBits === 4) productsByFour(table, question, from, to)
  else productsByEight<i16>(table, question, from, to)
}

export function productsByDot(table: Table, question: Question, from: u32, to: u32): void {
  if (table.codeBits === 4) productsByFour(table, question, from, to)
  else productsByEight<i32>(table, question, from, to)
}

export function productsOfFour(
  table: Table,
  a: Question,
  b: Question,
  c: Question,
  d: Question,
  from: u32,
  to: u32,
): void {
  if (table.codeBits === 4) productsOfFourByFour(table, a, b, c, d, from, to)
  else productsOfFourByEight<i16>(table, a, b, c, d, from, to)
}

export function productsOfFourByDot(
  table: Table,
  a: Question,
  b: Question,
  c: Question,
  d: Question,
  from: u32,
  to: u32,
): void {
  if (table.codeBits === 4) productsOfFourByFour(table, a, b, c, d, from, to)
  else productsOfFourByEight<i32>(table, a, b, c, d, from, to)
}
