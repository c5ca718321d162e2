/** What a question keeps of blocks that were bounded: rows left open are listed, and scored in the end. */
import { listOpenRows } from './bounds'
import { clearHeap, heapThreshold } from './heap'
import { BLOCK_ROWS, dropRuledOut, ENTRY_BYTES, settle, settleSure } from './open-rows'
import { Question, Table } from './records'

/**
 * The list is looked through once it is so long; afterwards, once it is twice as long as it became, and this.
 */
const FIRST_LIST_BYTES: u32 = (BLOCK_ROWS / 16) * ENTRY_BYTES
/** What the rows of one block may add. */
const BLOCK_LIST_BYTES: u32 = (BLOCK_ROWS / 4) * ENTRY_BYTES

/** The heap of the k best lower bounds, behind that of the k best rows. */
function lowerOf(question: Question): usize {
  return question.heap + 8 + ((<usize>question.k) << 3)
}

/** Comes before the first block. planQuestion comes before it. */
export function beginCertified(question: Question): void {
  if (question.certified === 0 || question.tried !== 0) return
  clearHeap(lowerOf(question))
  question.longestList = FIRST_LIST_BYTES
}

/**
 * Lists those of rows [from, to) whose bound, by the products at `question.products`, does not rule them
 * out: `settleCertified` scores them in the end.
 */
export function offerBlock(table: Table, question: Question, from: u32, to: u32): void {
  if (question.overflowed !== 0) return
  const lower = lowerOf(question)
  listOpenRows(table, question, from, to, lower)
  const sure = heapThreshold(lower, question.k)
  if (question.listBytes > question.longestList) {
    if (table.rowBytes !== 0) settleSure(table, question, sure)
    else dropRuledOut(question, sure)
    question.longestList = question.listBytes * 2 + FIRST_LIST_BYTES
  }
  if (question.listBytes + BLOCK_LIST_BYTES <= table.maxListBytes) return
  if (table.rowBytes !== 0) settle(table, question, sure)
  else question.overflowed = 1
}

/**
 * Scores the rows that are still listed, if any: those of a question whose bounds failed meanwhile too. Adds
 * to `question.rescored` how many rows were scored in full. Where the rows are not here, they stay listed.
 */
export function settleCertified(table: Table, question: Question): void {
  const sure = heapThreshold(lowerOf(question), question.k)
  if (table.rowBytes !== 0) settle(table, question, sure)
  else if (question.certified !== 0) dropRuledOut(question, sure)
}
