/** What several threads take. A part of its own, loaded on demand: most apps search by one thread. */
import { compileSharedCore, type StartThreads, Threads } from '../../bindings/threads.ts'
import type { WorkerFile } from '../../bindings/workers.ts'
import type { TableOptions, ThreadOptions } from '../core/options.ts'
import { type KeysOf, readChecked } from '../core/strict-options.ts'
import { describe, invalidArgument } from '../core/values.ts'
import { warn } from '../core/warn.ts'

const THREAD_OPTIONS: KeysOf<ThreadOptions> = {
  count: true,
  worker: ['a string or a URL', (value) => typeof value === 'string' || value instanceof URL],
}

/** Several threads as the options say, and the core that they share; undefined where there is one thread. */
export function readThreads(given: TableOptions['threads'], threads: number) {
  const file = typeof given === 'object' ? readWorker(given) : undefined
  if (threads === 1) return undefined
  const startThreads: StartThreads = (...given) => new Threads(...given, file)
  return { compileSharedCore, startThreads }
}

function readWorker(given: ThreadOptions): WorkerFile | undefined {
  const { count, worker } = readChecked(given, THREAD_OPTIONS, 'threads', 'threads.')
  if (count === undefined) throw invalidArgument("threads.count must be 'auto' or an integer", count)
  if (worker === undefined) return undefined
  const name = describe(String(worker))
  return {
    address: worker,
    onFailure: (reason) => warn(`threads.worker ${name} did not start; one thread searches: ${reason}`),
  }
}
