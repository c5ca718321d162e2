/** Scans of codes: blocks of rows are bounded, and those left open are listed and scored. */
import { boundsFail, listOpenRows } from './bounds'
import { productsByFour } from './four-bits'
import { clearHeap, heapThreshold } from './heap'
import { BLOCK_ROWS, ENTRY_BYTES, MAX_LIST_BYTES, settle, settleSure } from './open-rows'
import { products } from './products'
import { Question, Table } from './records'
import { scan } from './scan'

/** Passes over the blocks of a table, and over those of a chunk, which are fewer. */
const PASSES: u32 = 80
const CHUNK_PASSES: u32 = 16
/**
 * The list is looked through once it is so long; afterwards, once it is twice as long as it became, and this.
 */
const FIRST_LIST_BYTES: u32 = (BLOCK_ROWS / 16) * ENTRY_BYTES
/** What the rows of one block may add. */
const BLOCK_LIST_BYTES: u32 = (BLOCK_ROWS / 4) * ENTRY_BYTES

/**
 * Scores those of rows [from, to) whose bound, by the products at `question.products`, does not rule them
 * out.
 */
export function offerBlock(table: Table, question: Question, from: u32, to: u32): void {
  listOpenRows(table, question, from, to, 0)
  settle(table, question, f32.POSITIVE_INFINITY)
}

/** The products of rows [from, to) with a question's query, in its room for them. */
export function writeProducts(table: Table, question: Question, from: u32, to: u32): void {
  if (table.codeBits === 4) productsByFour(table, question, from, to)
  else products(table, question.quantised, from, to, question.products)
}

/**
 * Offers blocks of rows, by their codes, `step` rows apart, and lists those left open: `settleCodes` scores
 * them in the end. planQuestion comes before it. `from` and `step` are multiples of 32, `block` is at most
 * BLOCK_ROWS.
 *
 * Tables are often ordered (words by how common they are), and rows like the query lie together. So the
 * blocks are visited in passes, every so many-th in each: otherwise all rows before the best ones would be
 * listed.
 */
export function scanCodes(table: Table, question: Question, from: u32, to: u32, block: u32, step: u32): void {
  const lower = lowerOf(question)
  let longest = FIRST_LIST_BYTES
  if (question.tried === 0) clearHeap(lower)
  const passes = step === block ? PASSES : CHUNK_PASSES
  for (let pass: u32 = 0; pass < passes; pass++) {
    for (let first = from + pass * step; first < to; first += passes * step) {
      const end = min(first + block, to)
      if (boundsFail(question)) {
        scan(table, question, first, end)
        continue
      }
      writeProducts(table, question, first, end)
      listOpenRows(table, question, first, end, lower)
      const sure = heapThreshold(lower, question.k)
      if (question.listBytes > longest) {
        settleSure(table, question, sure)
        longest = question.listBytes * 2 + FIRST_LIST_BYTES
      }
      if (question.listBytes > MAX_LIST_BYTES - BLOCK_LIST_BYTES) settle(table, question, sure)
    }
  }
}

/** The heap of the k best lower bounds, behind that of the k best rows. */
function lowerOf(question: Question): usize {
  return question.heap + 8 + ((<usize>question.k) << 3)
}

/**
 * Scores the rows that scanCodes left listed. Adds to `question.rescored` how many rows were scored in full.
 */
export function settleCodes(table: Table, question: Question): void {
  settle(table, question, heapThreshold(lowerOf(question), question.k))
}
