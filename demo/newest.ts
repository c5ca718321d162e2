/**
 * Runs one query at a time, and after it the newest that came meanwhile: a fast typist waits for one answer,
 * never for a queue of them. `main` is marked busy while any is under way.
 */
import { byId } from './dom.ts'

let underWay = 0

function mark(more: 1 | -1): void {
  underWay += more
  byId('main').setAttribute('aria-busy', String(underWay > 0))
}

export function newestOnly<Question, Answer>(
  ask: (question: Question) => Promise<Answer>,
  show: (answer: Answer, question: Question) => void,
  failed: (error: unknown) => void,
): (question: Question) => Promise<void> {
  let running = false
  let waiting: { question: Question } | undefined
  return async (newest) => {
    waiting = { question: newest }
    if (running) return
    running = true
    mark(1)
    try {
      while (waiting !== undefined) {
        const { question }: { question: Question } = waiting
        waiting = undefined
        await ask(question)
          .then((answer) => show(answer, question))
          .catch(failed)
      }
    } finally {
      running = false
      mark(-1)
    }
  }
}
