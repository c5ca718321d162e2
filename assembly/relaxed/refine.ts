/**
 * Finer bounds for the rows that a query in 6 bits leaves open: what it lost, f, is there in 7 bits. With
 * v = T·q + t·g + f′, in the words of ../plan-question.ts:
 *
 *   s·t·(c·g) is added to both bounds, and s·||c||·||f′|| stands in place of s·||c||·||f||.
 *
 * That is five roundings more, of terms that are at most as large: within the forty that are counted there.
 */
import { ENTRY_ID, ENTRY_LOWER } from '../open-rows'
import { Question, Table } from '../records'
import { COSINE } from '../score'
import { fineQueryOf } from './plan-question'

/** Does so for the open rows of an entry of the list. Returns which of them still reach the threshold. */
export function refine(table: Table, question: Question, entry: usize, open: u32, threshold: f32): u32 {
  if (table.codeBits === 4) return open
  const less = question.lost - question.fineLost
  const isCosine = question.metric === COSINE
  let left = open
  for (; open !== 0; open &= open - 1) {
    const lane = ctz(open)
    const id = load<u32>(entry, ENTRY_ID) + lane
    const product = fineProduct(table, question, id)
    let added = load<f32>(table.codeScales + (id << 2)) * question.fineStep * <f32>product
    let narrower = load<f32>(table.codedNorms + (id << 2)) * less
    if (isCosine) {
      const inverseNorm = load<f32>(table.inverseNorms + (id << 2))
      added *= inverseNorm
      narrower *= inverseNorm
    }
    const at = entry + (lane << 2)
    const upper = load<f32>(at) + added - narrower
    store<f32>(at, upper)
    store<f32>(at, load<f32>(at, ENTRY_LOWER) + added + narrower, ENTRY_LOWER)
    if (upper < threshold) left &= ~(1 << lane)
  }
  return left
}

/** c·g of one row, exact. */
function fineProduct(table: Table, question: Question, id: u32): i32 {
  let query = fineQueryOf(table, question)
  let at = table.codes + id * table.codeStride
  let s0 = i32x4.splat(0)
  let s1 = i32x4.splat(0)
  for (const end = at + table.codeStride; at < end; at += 32) {
    s0 = i32x4.add(s0, dot(at, query))
    s1 = i32x4.add(s1, dot(at + 16, query + 16))
    query += 32
  }
  const sums = i32x4.add(s0, s1)
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    (i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3)) -
    (load<i32>(table.codeSums + (id << 2)) << 6)
  )
}

function dot(codes: usize, query: usize): v128 {
  return i32x4.extadd_pairwise_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(v128.load(codes), v128.load(query)))
}
