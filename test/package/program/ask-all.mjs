/** A user's program: all that the others ask, with as many threads as there should be where this runs, and their file if need be. */

import { ask } from './ask.mjs'
import { askHash } from './ask-hash.mjs'
import { askMore } from './ask-more.mjs'

export async function askAll(threads, worker) {
  return { ...(await ask()), ...(await askMore()), ...(await askHash(threads, worker)) }
}
