/** ONNX Runtime: one matrix product and TopK. `options.web` takes the WebAssembly build, else the native one. */
import { searchModel } from '../onnx-model.mjs'

export async function prepare({ rows, dimension, k, options: { web, threads } }) {
  const { default: runtime } = web ? await import('onnxruntime-web') : await import('onnxruntime-node')
  if (web) runtime.env.wasm.numThreads = threads
  const model = searchModel(rows, dimension, k)
  const session = await runtime.InferenceSession.create(
    model,
    threads === undefined ? {} : { intraOpNumThreads: threads },
  )
  const run = async (queries, count) => {
    const { ids } = await session.run({ queries: new runtime.Tensor('float32', queries, [count, dimension]) })
    return ids.data
  }
  return {
    ask: (query) => run(query, 1),
    async batch(queries) {
      const all = new Float32Array(queries.length * dimension)
      for (const [place, query] of queries.entries()) all.set(query, place * dimension)
      const ids = await run(all, queries.length)
      return queries.map((_, place) => ids.subarray(place * k, (place + 1) * k))
    },
  }
}
