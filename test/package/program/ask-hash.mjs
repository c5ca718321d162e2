/** A user's program: a hash of the answers to 2,000 questions, on one thread and on two. */
import { EmbeddingTable } from 'rowspace'

const ROWS = 8192
const DIMENSION = 32
const QUESTIONS = 2000
/** Milliseconds in which workers must have started. */
const PATIENCE = 60_000

/**
 * `threads`: as many as there should be where this runs; `worker`: the file of their workers, if not the text that
 * comes in the module. `oneThread` and `twoThreads` are equal if all is well;
 * `threads` in the answer is how many there were.
 */
export async function askHash(threads, worker) {
  const options = { dimension: DIMENSION, codes: true }
  const alone = await EmbeddingTable.from(seededRows(), options)
  const several = await EmbeddingTable.from(seededRows(), {
    ...options,
    threads: worker ? { count: 2, worker } : 2,
  })
  const end = Date.now() + PATIENCE
  while (several.threads < threads && Date.now() < end) await new Promise((wake) => setTimeout(wake, 10))
  const answer = { oneThread: hash(alone), twoThreads: hash(several), threads: several.threads }
  for (const one of [alone, several]) one.dispose()
  return answer
}

/** Numbers from -1 to 1 of a linear congruential generator. */
function seededRows() {
  let state = 1
  return Float32Array.from({ length: ROWS * DIMENSION }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return state / 2 ** 31
  })
}

/** FNV-1a of ids and of the bits of scores. */
function hash(table) {
  let sum = 0x811c9dc5
  const add = (words) => {
    for (const word of words) sum = Math.imul(sum ^ word, 0x01000193)
  }
  for (let row = 0; row < QUESTIONS; row++) {
    const { ids, cosines, dots } = table.nearest(row, { k: 10, metric: row % 2 ? 'dot' : 'cosine' })
    add(ids)
    for (const scores of [cosines, dots])
      add(new Uint32Array(scores.buffer, scores.byteOffset, scores.length))
  }
  return (sum >>> 0).toString(16).padStart(8, '0')
}
