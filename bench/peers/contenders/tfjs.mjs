/** tfjs-backend-wasm: queries times the table, transposed (the layout its fast kernel takes), and topk. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const FOLDER = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))
/** Calls until the engine has compiled the kernels anew, with all its care: before that they take three times as long. */
const CALLS = 80

async function load() {
  const tf = await import('@tensorflow/tfjs-core')
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
  setWasmPaths(join(FOLDER, '/'))
  await tf.setBackend('wasm')
  await tf.ready()
  return tf
}

export async function prepare({ rows, size, dimension, k }) {
  const tf = await load()
  const table = tf.tensor2d(rows, [size, dimension])
  const columns = tf.transpose(table)
  table.dispose()
  const search = (queries, count) =>
    tf.tidy(() => tf.topk(tf.matMul(tf.tensor2d(queries, [count, dimension]), columns), k).indices.dataSync())
  return {
    ask: (query) => search(query, 1),
    batch(queries) {
      const all = new Float32Array(queries.length * dimension)
      for (const [place, query] of queries.entries()) all.set(query, place * dimension)
      const ids = search(all, queries.length)
      return queries.map((_, place) => ids.subarray(place * k, (place + 1) * k))
    },
    start() {
      for (let call = 0; call < CALLS; call++) search(rows.subarray(0, dimension), 1)
    },
  }
}
