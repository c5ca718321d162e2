/** transformers.js: its cos_sim row by row, and the best found by a loop, as its examples do. */
import { cos_sim } from '@huggingface/transformers'
import { Best } from '../../plain-js.mjs'

export function prepare({ rows, size, dimension, k }) {
  const list = Array.from({ length: size }, (_, id) => rows.subarray(id * dimension, (id + 1) * dimension))
  return {
    ask(query) {
      const best = new Best(k)
      for (let id = 0; id < size; id++) {
        const score = cos_sim(query, list[id])
        if (score > best.scores[best.last]) best.offer(score, id)
      }
      return best.ids
    },
  }
}
