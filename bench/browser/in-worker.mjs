/** Starts a contender in a worker of its own: as bench/in-process.mjs, on a page. */
export function inWorker({ name, module }) {
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' })
  const waiting = new Map()
  let last = 0
  worker.onmessage = ({ data: { id, result, failure } }) => {
    const { resolve, reject } = waiting.get(id)
    waiting.delete(id)
    if (failure === undefined) resolve(result)
    else reject(new Error(`${name}: ${failure}`))
  }
  worker.onerror = ({ message }) => {
    for (const { reject } of waiting.values()) reject(new Error(`${name}: its worker failed: ${message}`))
  }
  return {
    perform: (task, given = {}) =>
      new Promise((resolve, reject) => {
        const id = ++last
        waiting.set(id, { resolve, reject })
        worker.postMessage({ id, task, ...given, ...(task === 'prepare' && { module }) })
      }),
    stop: () => worker.terminate(),
  }
}
