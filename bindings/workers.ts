/** Starting and stopping workers, in Node and in browsers, and whether there can be any. */
import { workerText } from '../build/worker.ts'
import type { TableLayout } from './layout.ts'
import { CONTROL, CONTROL_WORDS, STOP } from './thread-control.ts'
import type { WorkerStart } from './thread-worker.ts'

/** Whether threads can share a memory here. Pages need cross-origin isolation for it. */
export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer === 'function' && globalThis.crossOriginIsolated !== false
}

/** Threads this machine runs at once. */
export function hardwareThreads(): number {
  return builtin('node:os')?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1
}

/** A module of Node's, where there is Node. */
function builtin<Name extends 'node:os' | 'node:worker_threads'>(name: Name) {
  return globalThis.process?.getBuiltinModule?.(name)
}

/**
 * Starts the workers of a table, all but thread 0. One that dies is started once more; where none can be started the
 * caller does all by itself. Returns what stops them.
 */
export function startWorkers(
  layout: TableLayout,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): () => void {
  const { table, control, asked, questions, workspaceBytes, threads } = layout
  const words = new Int32Array(memory.buffer, control, CONTROL_WORDS)
  const stops: (() => void)[] = []
  let stopped = false
  const start = (thread: number, again: boolean) => {
    const data = { module, memory, thread, table, control, asked, questions, workspaceBytes }
    stops[thread] = startWorker(data, () => {
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
function startWorker(data: WorkerStart, onDeath: () => void): () => void {
  try {
    return builtin('node:worker_threads') === undefined ? inBrowser(data, onDeath) : inNode(data, onDeath)
  } catch {
    // a page's policy may forbid workers made from text: then there is one thread
    return () => {}
  }
}

function inNode(data: WorkerStart, onDeath: () => void): () => void {
  const { Worker } = builtin('node:worker_threads')!
  const worker = new Worker(workerText, { eval: true, workerData: data, execArgv: [] })
  worker.on('error', () => {}) // 'exit' follows
  worker.once('exit', onDeath)
  worker.unref()
  return () => void worker.terminate()
}

let address: string | undefined

function inBrowser(data: WorkerStart, onDeath: () => void): () => void {
  address ??= URL.createObjectURL(new Blob([workerText], { type: 'text/javascript' }))
  const worker = new Worker(address)
  worker.addEventListener('error', onDeath, { once: true })
  worker.postMessage(data)
  return () => worker.terminate()
}
