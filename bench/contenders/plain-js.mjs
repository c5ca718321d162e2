/** A loop of bench/plain-js.mjs. No WebAssembly memory grows in its process: growing one slows plain loops down there. */
import { LOOPS } from '../plain-js.mjs'

export function prepare({ rows, dimension, k, options }) {
  const loop = LOOPS[options.loop]
  return { bytes: rows.byteLength, ask: (query) => loop(rows, dimension, query, k) }
}
