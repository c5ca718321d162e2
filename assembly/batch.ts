/**
 * Many queries over one reading of the table. Every query is answered from a block of rows that fits the
 * cache before the next block is read; in registers, each number of a row serves two queries. Every score is
 * the one `scan` makes.
 */
import { boundsFail } from './bounds'
import { offerBlock, scanCodes, settleCodes, writeProducts } from './certified-scan'
import { dotsOfTwo } from './dot'
import { F32, rowAt } from './elements'
import { QUESTION_BYTES } from './fields'
import { productsByFour } from './four-bits'
import { heapThreshold } from './heap'
import { BLOCK_ROWS } from './open-rows'
import { productsOfTwo } from './products'
import { Question, Table } from './records'
import { scan } from './scan'
import { offerProduct, scoreAndOffer } from './score'

/** Bytes of rows or codes of a block: half of a small second-level cache. */
const BLOCK_BYTES: u32 = 131072

/** Rows of a block, a multiple of 32. */
function rowsOfBlock(rowBytes: u32): u32 {
  return max(min(BLOCK_BYTES / rowBytes, BLOCK_ROWS) & ~31, 32)
}

function questionAt(questions: usize, index: u32): Question {
  return changetype<Question>(questions + index * QUESTION_BYTES)
}

/**
 * Offers rows to the heap of each of `count` questions that lie one after the other: those of blocks of
 * `block` rows, `step` rows apart, the first from `from` on, the last up to `to`. All but `to` are multiples
 * of 32, and `block` is at most BLOCK_ROWS. Where the blocks lie apart, a single question may leave rows for
 * later: up to a call for blocks that follow each other, or for none.
 */
export function scanQuestions(
  table: Table,
  questions: usize,
  count: u32,
  from: u32,
  to: u32,
  block: u32,
  step: u32,
): void {
  const question = questionAt(questions, 0)
  if (count === 1 && question.certified !== 0) {
    scanCodes(table, question, from, to, block, step)
    if (step === block) settleCodes(table, question)
    return
  }
  for (let first = from; first < to; first += step) {
    const end = min(first + block, to)
    if (count > 1) scanBatch(table, questions, count, first, end)
    else scan(table, question, first, end)
  }
}

/**
 * Offers rows [from, to) to the heaps of `count` questions that lie one after the other, two of them with
 * room for products of their own by turns. `from` is a multiple of 32.
 */
function scanBatch(table: Table, questions: usize, count: u32, from: u32, to: u32): void {
  const rows = rowsOfBlock(table.codeStride)
  for (let first = from; first < to; first += rows) {
    const end = min(first + rows, to)
    for (let i: u32 = 0; i < count; i++) {
      const question = questionAt(questions, i)
      if (question.certified !== 0 && boundsFail(question)) question.certified = 0
    }
    offerCertified(table, questions, count, first, end)
    offerOthers(table, questions, count, first, end)
  }
}

/** The certified questions, two at a time. */
function offerCertified(table: Table, questions: usize, count: u32, from: u32, to: u32): void {
  let waiting: u32 = count
  for (let i: u32 = 0; i < count; i++) {
    const question = questionAt(questions, i)
    if (question.certified === 0) continue
    if (waiting === count) {
      waiting = i
      continue
    }
    const other = questionAt(questions, waiting)
    waiting = count
    // two questions never share their room for products: the second takes the one behind the first's
    question.products = other.products + (BLOCK_ROWS << 2)
    if (table.codeBits === 4) {
      productsByFour(table, other, from, to)
      productsByFour(table, question, from, to)
    } else {
      productsOfTwo(table, other.quantised, question.quantised, from, to, other.products, question.products)
    }
    offerBlock(table, other, from, to)
    offerBlock(table, question, from, to)
    question.products = other.products
  }
  if (waiting === count) return
  const last = questionAt(questions, waiting)
  writeProducts(table, last, from, to)
  offerBlock(table, last, from, to)
}

/**
 * The questions that are not, two at a time where rows are float32: others cost more to widen than is gained.
 */
function offerOthers(table: Table, questions: usize, count: u32, from: u32, to: u32): void {
  const rows = rowsOfBlock(table.rowBytes)
  for (let first = from; first < to; first += rows) {
    const end = min(first + rows, to)
    let waiting: u32 = count
    for (let i: u32 = 0; i < count; i++) {
      const question = questionAt(questions, i)
      if (question.certified !== 0) continue
      if (table.type !== F32) {
        offerOne(table, question, first, end)
      } else if (waiting === count) {
        waiting = i
      } else {
        offerTwo(table, questionAt(questions, waiting), question, first, end)
        waiting = count
      }
    }
    if (waiting !== count) offerOne(table, questionAt(questions, waiting), first, end)
  }
}

function isAllowed(table: Table, id: u32): bool {
  return ((load<u8>(table.mask + (id >> 3)) >> (id & 7)) & 1) !== 0
}

function offerTwo(table: Table, a: Question, b: Question, from: u32, to: u32): void {
  const dimension = table.dimension
  let thresholdA = heapThreshold(a.heap, a.k)
  let thresholdB = heapThreshold(b.heap, b.k)
  for (let id = from; id < to; id++) {
    if (!isAllowed(table, id)) continue
    dotsOfTwo(rowAt(table, id), dimension, a, b)
    thresholdA = offerProduct(table, a, id, a.product, thresholdA)
    thresholdB = offerProduct(table, b, id, b.product, thresholdB)
  }
}

function offerOne(table: Table, question: Question, from: u32, to: u32): void {
  let threshold = heapThreshold(question.heap, question.k)
  for (let id = from; id < to; id++) {
    if (isAllowed(table, id)) threshold = scoreAndOffer(table, question, id, threshold)
  }
}
