/** Starting and stopping workers, in Node and in browsers. */
import { workerText } from '../build/worker.ts'
import type { TableLayout } from './layout.ts'
import { CONTROL, CONTROL_WORDS, STOP } from './thread-control.ts'
import type { WorkerStart } from './thread-worker.ts'

/**
 * Starts the workers of a table, all but thread 0. One that dies is started once more; where none can be
 * started the caller scans alone. `file` is the address of a worker's script. Returns what stops them.
 */
export function startWorkers(
  layout: TableLayout,
  shared: Pick<WorkerStart, 'memory' | 'module' | 'relaxed'>,
  file?: string | URL,
): () => void {
  const { table, control, published, questions, workspaceBytes, threads } = layout
  const words = new Int32Array(shared.memory.buffer, control, CONTROL_WORDS)
  const stops: (() => void)[] = []
  let stopped = false
  const start = (thread: number, again: boolean) => {
    const data = { ...shared, thread, table, control, published, questions, workspaceBytes }
    stops[thread] = startWorker(data, file, () => {
      Atomics.store(words, CONTROL.running + thread, 0)
      if (!stopped && again) start(thread, false)
    })
  }
  for (let thread = 1; thread < threads; thread++) start(thread, true)
  return () => {
    stopped = true
    Atomics.store(words, CONTROL.question, STOP)
    Atomics.notify(words, CONTROL.question)
    for (const stop of stops) stop?.()
  }
}

/** Starts one; `onDeath` is called once if it ends by itself. Returns what stops it. */
function startWorker(data: WorkerStart, file: string | URL | undefined, onDeath: () => void): () => void {
  const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads')
  try {
    return threads === undefined ? inBrowser(data, file, onDeath) : inNode(threads, data, file, onDeath)
  } catch {
    // a page's policy may forbid workers made from text: then there is one thread
    return () => {}
  }
}

function inNode(
  { Worker }: typeof import('node:worker_threads'),
  data: WorkerStart,
  file: string | URL | undefined,
  onDeath: () => void,
): () => void {
  // Node takes the text of a path, but not that of an address
  const isAddress = typeof file === 'string' && file.startsWith('file:')
  const source = isAddress ? new URL(file) : (file ?? workerText)
  const worker = new Worker(source, { eval: file === undefined, workerData: data, execArgv: [] })
  worker.on('error', () => {}) // 'exit' follows
  worker.once('exit', onDeath)
  worker.unref()
  return () => void worker.terminate()
}

let address: string | undefined

function inBrowser(data: WorkerStart, file: string | URL | undefined, onDeath: () => void): () => void {
  address ??= URL.createObjectURL(new Blob([workerText], { type: 'text/javascript' }))
  const worker = new Worker(file ?? address)
  worker.addEventListener('error', onDeath, { once: true })
  worker.postMessage(data)
  return () => worker.terminate()
}
