/** What several threads take. A part of its own, loaded on demand: most apps search by one thread. */
import { compileSharedCore, Threads, threadsFrom } from '../../bindings/threads.ts'
import type { TableOptions, ThreadOptions } from '../core/options.ts'
import { type KeysOf, readChecked } from '../core/strict-options.ts'
import { invalidArgument } from '../core/values.ts'

const THREAD_OPTIONS: KeysOf<ThreadOptions> = {
  count: true,
  worker: ['a string or a URL', (value) => typeof value === 'string' || value instanceof URL],
}

/** Threads as the options say, and the core that they share; undefined where there is one thread. */
export function readThreads(given: TableOptions['threads'], threads: number) {
  const worker = typeof given === 'object' ? readWorker(given) : undefined
  if (threads === 1) return undefined
  return { compileSharedCore, Threads: worker === undefined ? Threads : threadsFrom(worker) }
}

function readWorker(given: ThreadOptions): string | URL | undefined {
  const { count, worker } = readChecked(given, THREAD_OPTIONS, 'threads', 'threads.')
  if (count === undefined) throw invalidArgument("threads.count must be 'auto' or an integer", count)
  return worker
}
