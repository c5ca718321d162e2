/**
 * The rows that a question leaves out of its answer. The mask serves all questions of a batch alike; this
 * list is one question's own. Only rows that could enter the answer are looked up.
 *
 *   excluded   u32 × excludedCount, ascending
 */
import { Question } from './records'

/** Whether the answer must not have row `id`. */
export function isExcluded(question: Question, id: u32): bool {
  const list = question.excluded
  let from: u32 = 0
  let to = question.excludedCount
  while (from < to) {
    const middle = (from + to) >> 1
    const found = load<u32>(list + (middle << 2))
    if (found === id) return true
    if (found < id) from = middle + 1
    else to = middle
  }
  return false
}
