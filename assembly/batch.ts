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
import { Question, Table } from './records'
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
        offerOthers(table, questions, count, part, partEnd)
      }
    }
  }
  if (!isWhole) return
  for (let i: u32 = 0; i < count; i++) settleCertified(table, questionAt(questions, i))
}

/** The certified questions, four at a time. */
function offerCertified(table: Table, questions: usize, count: u32, from: u32, to: u32): void {
  const stride = table.codeStride
  const rows = to - from
  const isPacked = table.codeBits === 4
  const codes = table.codes + from * stride
  for (let i: u32 = 0; i < count; i += 4) {
    const end = min(i + 4, count)
    let certified: u32 = 0
    for (let j = i; j < end; j++) certified += stillCertified(table, questionAt(questions, j))
    const isFour = certified === 4 && !isPacked
    if (isFour) {
      productsOfFour(
        codes,
        stride,
        rows,
        questionAt(questions, i),
        questionAt(questions, i + 1),
        questionAt(questions, i + 2),
        questionAt(questions, i + 3),
      )
    }
    for (let j = i; j < end; j++) {
      const question = questionAt(questions, j)
      if (question.certified === 0) continue
      if (isPacked) productsByFour(table, question, from, to)
      else if (!isFour) products(codes, stride, rows, question)
      offerBlock(table, question, from, to)
    }
  }
}

/** 1, or 0 for a question that is scanned as it is from now on. */
function stillCertified(table: Table, question: Question): u32 {
  if (question.certified !== 0 && boundsFail(question)) question.certified = 0
  return question.certified
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
