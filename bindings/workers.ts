/** Starting and stopping workers, in Node and in browsers. */
import { workerText } from '../build/worker.ts'
import type { TableLayout } from './layout.ts'
import { CONTROL, CONTROL_WORDS, STOP } from './thread-control.ts'
import type { WorkerStart } from './thread-worker.ts'

/** A worker's script that the app serves. */
export interface WorkerFile {
  address: string | URL
  /** Told once why no worker can be started from it; undefined where the engine gives no reason. */
  onFailure(reason: unknown): void
}

/**
 * Starts the workers of a table, all but thread 0. One that dies is started once more; where none can be
 * started the caller scans alone. Returns what stops them.
 */
export function startWorkers(
  layout: TableLayout,
  shared: Pick<WorkerStart, 'memory' | 'module' | 'relaxed'>,
  file?: WorkerFile,
): () => void {
  const { table, control, published, questions, workspaceBytes, threads } = layout
  const words = new Int32Array(shared.memory.buffer, control, CONTROL_WORDS)
  const stops: (() => void)[] = []
  let stopped = false
  const start = (thread: number, again: boolean) => {
    const data = { ...shared, thread, table, control, published, questions, workspaceBytes }
    const onDeath: OnDeath = (reason) => {
      const hasRun = Atomics.exchange(words, CONTROL.running + thread, 0)
      if (stopped) return
      if (again) start(thread, false)
      // what fails one worker of a file fails all
      else if (!hasRun && thread === 1) file?.onFailure(reason)
    }
    try {
      stops[thread] = startWorker(data, file?.address, onDeath)
    } catch (reason) {
      // a page's policy may forbid workers made from text: then there is one thread
      onDeath(reason)
    }
  }
  for (let thread = 1; thread < threads; thread++) start(thread, true)
  return () => {
    stopped = true
    Atomics.store(words, CONTROL.question, STOP)
    Atomics.notify(words, CONTROL.question)
    for (const stop of stops) stop?.()
  }
}

type OnDeath = (reason?: unknown) => void

/** Starts one; `onDeath` is called once if it ends by itself. Returns what stops it. */
function startWorker(data: WorkerStart, file: string | URL | undefined, onDeath: OnDeath): () => void {
  const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads')
  return threads === undefined ? inBrowser(data, file, onDeath) : inNode(threads, data, file, onDeath)
}

function inNode(
  { Worker }: typeof import('node:worker_threads'),
  data: WorkerStart,
  file: string | URL | undefined,
  onDeath: OnDeath,
): () => void {
  // Node takes the text of a path, but not that of an address
  const isAddress = typeof file === 'string' && file.startsWith('file:')
  const source = isAddress ? new URL(file) : (file ?? workerText)
  const worker = new Worker(source, { eval: file === undefined, workerData: data, execArgv: [] })
  let reason: unknown
  worker.on('error', (error) => {
    reason = error // 'exit' follows
  })
  worker.once('exit', () => onDeath(reason))
  worker.unref()
  return () => void worker.terminate()
}

let address: string | undefined

function inBrowser(data: WorkerStart, file: string | URL | undefined, onDeath: OnDeath): () => void {
  address ??= URL.createObjectURL(new Blob([workerText], { type: 'text/javascript' }))
  const worker = new Worker(file ?? address)
  worker.addEventListener('error', ({ message = 'it cannot be loaded' }) => onDeath(message), { once: true })
  worker.postMessage(data)
  return () => worker.terminate()
}
