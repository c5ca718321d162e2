/**
 * The score that a row must reach, shared by the threads that scan for a question: each finds k rows of its
 * own, and the best of their thresholds rules rows out for all of them.
 *
 *   shared   u64: the question's number << 32 | the score, its bits turned as in heap.ts
 *
 * One atomic word, so that a thread late with an earlier question neither reads this one's score as its own
 * nor writes its own here.
 */
import { keyOf, scoreOf } from './heap'
import { Question } from './records'

/** What a shared word begins with: −Infinity, its bits turned. */
export const NO_THRESHOLD: u32 = 0x007fffff

/** The better of a score that k rows reach and of the other threads' scores. Shares the former. */
export function agreedThreshold(question: Question, score: f32): f32 {
  const cell = question.shared
  if (cell === 0) return score
  const mine = ((<u64>question.number) << 32) | (keyOf(score, 0) >> 32)
  while (true) {
    const word = atomic.load<u64>(cell)
    if (word >> 32 !== mine >> 32) return score
    if (word >= mine) return scoreOf(word << 32)
    if (atomic.cmpxchg<u64>(cell, word, mine) === word) return score
  }
}
