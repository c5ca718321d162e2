/**
 * Scans for one question or many over one reading of the table. Where there are many, all are answered from a
 * block of rows that fits the cache before the next block is read; in registers, each number of a row serves
 * two or four of them. Every score is the one `scan` makes.
 */
import { boundsFail } from './bounds'
import { beginCertified, offerBlock, settleCertified } from './certified-scan'
import { dotsOfTwo } from './dot'
import { F32, rowAt } from './elements'
import { QUESTION_BYTES } from './fields'
import { productsByFour } from './four-bits'
import { heapThreshold } from './heap'
import { BLOCK_ROWS } from './open-rows'
import { products, productsOfFour } from './products'
import { CERTIFIED, Question, RELAXED, Table } from './records'
import { scan } from './scan'
import { offerProduct } from './score'

/** Bytes of rows or codes of a block: half of a small second-level cache. */
const BLOCK_BYTES: u32 = 131072
/** Passes over the blocks of a table, and over those of a chunk, which are fewer. */
const PASSES: u32 = 80
const CHUNK_PASSES: u32 = 16

/** Rows of a block for many questions: a power of two, from 32 to BLOCK_ROWS. */
function rowsOfBlock(rowBytes: u32): u32 {
  return max(min(1 << (31 - clz((BLOCK_BYTES / rowBytes) | 1)), BLOCK_ROWS), 32)
}

function questionAt(questions: usize, index: u32): Question {
  return changetype<Question>(questions + index * QUESTION_BYTES)
}

/**
 * Offers rows to the heap of each of `count` questions that lie one after the other: those of blocks of
 * `block` rows, `step` rows apart, the first from `from` on, the last up to `to`. All but `to` are multiples
 * of 32, and `block` is at most BLOCK_ROWS. Where the blocks lie apart, rows may be left for later: up to a
 * call for blocks that follow each other, or for none.
 *
 * Tables are often ordered (words by how common they are), and rows like the query lie together. So the
 * blocks are visited in passes, every so many-th in each: otherwise all rows before the best ones would be
 * listed.
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
  for (let i: u32 = 0; i < count; i++) beginCertified(questionAt(questions, i))
  const rows = count > 1 ? rowsOfBlock(table.codeStride) : BLOCK_ROWS
  const isWhole = step === block
  const passes = isWhole ? PASSES : CHUNK_PASSES
  for (let pass: u32 = 0; pass < passes; pass++) {
    for (let first = from + pass * step; first < to; first += passes * step) {
      const end = min(first + block, to)
      // Stryker disable next-line EqualityOperator: a part of no rows offers nothing
      for (let part = first; part < end; part += rows) {
        const partEnd = min(part + rows, end)
        offerCertified(table, questions, count, part, partEnd)
        if (table.rowBytes !== 0) offerOthers(table, questions, count, part, partEnd)
      }
    }
  }
  if (!isWhole) return
  for (let i: u32 = 0; i < count; i++) settleCertified(table, questionAt(questions, i))
}

/** The certified questions, four at a time where all four are for the same kernels. */
function offerCertified(table: Table, questions: usize, count: u32, from: u32, to: u32): void {
  for (let i: u32 = 0; i < count; i += 4) {
    const end = min(i + 4, count)
    const first = questionAt(questions, i)
    let kernels = end === i + 4 ? first.certified : 0
    for (let j = i; j < end; j++) {
      const question = questionAt(questions, j)
      if (boundsFail(question)) question.certified = 0
      if (question.certified !== kernels) kernels = 0
    }
    const isTogether = productsTogether(table, first, kernels, from, to)
    for (let j = i; j < end; j++) {
      const question = questionAt(questions, j)
      if (question.certified === 0) continue
      if (!isTogether) productsAlone(table, question, from, to)
      offerBlock(table, question, from, to)
    }
  }
}

/**
 * The products of four questions, the first of which is given; false where these kernels have none for
 * four.
 */
function productsTogether(table: Table, first: Question, kernels: u32, from: u32, to: u32): bool {
  const isPacked = table.codeBits === 4
  if (kernels === 0 || (isPacked && kernels === CERTIFIED)) return false
  const at = changetype<usize>(first)
  const second = questionAt(at, 1)
  const third = questionAt(at, 2)
  const fourth = questionAt(at, 3)
  if (kernels === RELAXED) {
    call_indirect<void>(table.relaxed + 2, table, first, second, third, fourth, from, to)
  } else {
    const stride = table.codeStride
    productsOfFour(table.codes + from * stride, stride, to - from, first, second, third, fourth)
  }
  return true
}

function productsAlone(table: Table, question: Question, from: u32, to: u32): void {
  const stride = table.codeStride
  if (question.certified === RELAXED) call_indirect<void>(table.relaxed + 1, table, question, from, to)
  else if (table.codeBits === 4) productsByFour(table, question, from, to)
  else products(table.codes + from * stride, stride, to - from, question)
}

/**
 * The questions that are not, two at a time where rows are float32: others cost more to widen than is gained.
 */
function offerOthers(table: Table, questions: usize, count: u32, from: u32, to: u32): void {
  const rows = count > 1 ? rowsOfBlock(table.rowBytes) : BLOCK_ROWS
  for (let first = from; first < to; first += rows) {
    const end = min(first + rows, to)
    let waiting: u32 = count
    for (let i: u32 = 0; i < count; i++) {
      const question = questionAt(questions, i)
      if (question.certified !== 0) continue
      if (table.type !== F32) {
        scan(table, question, first, end)
      } else if (waiting === count) {
        waiting = i
      } else {
        offerTwo(table, questionAt(questions, waiting), question, first, end)
        waiting = count
      }
    }
    if (waiting !== count) scan(table, questionAt(questions, waiting), first, end)
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
