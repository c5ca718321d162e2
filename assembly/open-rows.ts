/**
 * The list of rows that bounds leave open, behind a question's products. An entry is four rows:
 *
 *   f32 × 4   their upper bounds
 *   f32 × 4   their lower bounds
 *   u32       the id of the first, a multiple of 4
 *   u32       a bit for each that is open
 *   8 bytes   the pad to a multiple of 16
 */
import { rowAt } from './elements'
import { heapThreshold } from './heap'
import { Question, Table } from './records'
import { scoreAndOffer } from './score'
import { agreedThreshold } from './shared-threshold'

/** Rows of a block at most. */
export const BLOCK_ROWS: u32 = 1024
export const ENTRY_BYTES: u32 = 48
export const ENTRY_LOWER: usize = 16
export const ENTRY_ID: usize = 32
export const ENTRY_OPEN: usize = 36
export const MAX_LIST_BYTES: u32 = 1024 * ENTRY_BYTES
/** Bytes of entries whose rows are fetched together. */
const AHEAD_BYTES: usize = 8 * ENTRY_BYTES

export function listOf(question: Question): usize {
  return question.products + (BLOCK_ROWS << 2)
}

/**
 * Scores the listed rows that are not ruled out meanwhile, and empties the list. First come those of lower
 * bounds that reach `sure`: after them the others are measured by scores.
 */
export function settle(table: Table, question: Question, sure: f32): void {
  settleSome(table, question, sure, true)
  settleSome(table, question, sure, false)
  question.listBytes = 0
}

/** Scores the sure ones alone, and takes from the list what is ruled out then. */
export function settleSure(table: Table, question: Question, sure: f32): void {
  settleSome(table, question, sure, true)
  drop(question, sure, heapThreshold(question.heap, question.k))
}

/** Takes from the list what the best lower bounds rule out, where there are no rows to be scored. */
export function dropRuledOut(question: Question, sure: f32): void {
  const threshold = Mathf.max(sure, heapThreshold(question.heap, question.k))
  // no lower bound reaches NaN
  drop(question, f32.NaN, agreedThreshold(question, threshold))
}

/** Takes from the list the rows that reach `sure`, and those that do not reach `threshold`. */
function drop(question: Question, sure: f32, threshold: f32): void {
  const list = listOf(question)
  let target = list
  for (let entry = list, end = list + question.listBytes; entry < end; entry += ENTRY_BYTES) {
    const open = openRows(entry, sure, false, threshold)
    if (open === 0) continue
    v128.store(target, v128.load(entry))
    v128.store(target, v128.load(entry, ENTRY_LOWER), ENTRY_LOWER)
    store<u32>(target, load<u32>(entry, ENTRY_ID), ENTRY_ID)
    store<u32>(target, open, ENTRY_OPEN)
    target += ENTRY_BYTES
  }
  question.listBytes = <u32>(target - list)
}

function settleSome(table: Table, question: Question, sure: f32, first: bool): void {
  const end = listOf(question) + question.listBytes
  let threshold = agreedThreshold(question, heapThreshold(question.heap, question.k))
  let ahead = listOf(question)
  for (let entry = ahead; entry < end; entry += ENTRY_BYTES) {
    if (entry === ahead) {
      // rows lie far apart: they are fetched side by side before the first is waited for
      ahead = min(ahead + AHEAD_BYTES, end)
      let touched: u32 = 0
      for (let next = entry; next < ahead; next += ENTRY_BYTES) {
        for (let bits = openRows(next, sure, first, threshold); bits !== 0; bits &= bits - 1) {
          touched += touch(table, load<u32>(next, ENTRY_ID) + ctz(bits))
        }
      }
      question.touched = touched
    }
    for (let bits = openRows(entry, sure, first, threshold); bits !== 0; bits &= bits - 1) {
      question.rescored++
      const score = scoreAndOffer(table, question, load<u32>(entry, ENTRY_ID) + ctz(bits), threshold)
      threshold = Mathf.max(threshold, score)
    }
  }
}

/** Bits of an entry's rows that are to be scored now. */
function openRows(entry: usize, sure: f32, first: bool, threshold: f32): u32 {
  const isSure = f32x4.ge(v128.load(entry, ENTRY_LOWER), f32x4.splat(sure))
  const isOut = f32x4.lt(v128.load(entry), f32x4.splat(threshold))
  const sureBits = i32x4.bitmask(isSure) ^ (first ? 0 : 15)
  return load<u32>(entry, ENTRY_OPEN) & sureBits & ~i32x4.bitmask(isOut)
}

/** Reads a number of each cache line of a row. */
function touch(table: Table, id: u32): u32 {
  const end = table.rowBytes
  const row = rowAt(table, id)
  let sum: u32 = 0
  // Stryker disable next-line all: what is read, or whether, changes nothing but how long it takes
  for (let at: u32 = 0; at < end; at += 64) sum += load<u8>(row + at)
  return sum
}
