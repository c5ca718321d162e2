/**
 * One query over the flat |V| × d buffer, fused with the heap: every row of the mask is scored.
 *
 * Words of the mask are walked bit by bit, so a row left out costs nothing and a word of zeros skips 32 rows.
 * One row is walked at a time: adjacent rows side by side defeat the hardware prefetcher (bench/ measures
 * it).
 */
import { heapThreshold } from './heap'
import { Question, Table } from './records'
import { scoreAndOffer } from './score'

/** Offers rows [from, to) to the heap of the best. `from` is a multiple of 32. */
export function scan(table: Table, question: Question, from: u32, to: u32): void {
  let threshold = heapThreshold(question.heap, question.k)
  for (let first = from; first < to; first += 32) {
    let bits = load<u32>(table.mask + (first >> 3))
    if (to - first < 32) bits &= (1 << (to - first)) - 1
    while (bits !== 0) {
      const id = first + ctz(bits)
      bits &= bits - 1
      threshold = scoreAndOffer(table, question, id, threshold)
    }
  }
}
