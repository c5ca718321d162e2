/**
 * Long work in steps: it yields to the event loop, reports progress, and can be stopped between two steps.
 */

import type { Progress } from './progress.ts'
import { SafeProgress } from './safe-progress.ts'
import { checkValue, FUNCTION, type KeysOf, SIGNAL } from './strict-options.ts'

/** Progress of a bulk question: `done` and `total` count questions. */
export type WorkProgress = Progress<'search'>

/** How long work is watched and stopped. */
export interface WorkOptions {
  /** Called after each step. An error that it throws does not stop the work: it is reported afterwards. */
  onProgress?: ((progress: WorkProgress) => void) | undefined
  /** Stops the work after the current step; the call rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}

export const WORK_OPTIONS: KeysOf<WorkOptions> = { onProgress: true, signal: true }

/** Milliseconds of work between two pauses: no page misses more than a frame or two. */
const STEP = 30

/**
 * Calls `step` for [0, total) in steps of `size`, one after the other, and yields to the event loop every
 * `STEP` milliseconds.
 */
export async function inSteps(
  total: number,
  size: number,
  { onProgress, signal }: WorkOptions,
  step: (from: number, to: number) => void | Promise<void>,
): Promise<void> {
  checkValue('onProgress', onProgress, FUNCTION)
  checkValue('signal', signal, SIGNAL)
  signal?.throwIfAborted()
  const progress = new SafeProgress<'search'>(onProgress)
  let rested = performance.now()
  for (let from = 0; from < total; from += size) {
    const to = Math.min(total, from + size)
    await step(from, to)
    progress.report('search', to, total)
    signal?.throwIfAborted()
    // Stryker disable next-line EqualityOperator: a clock that shows exactly STEP may rest or not
    if (performance.now() - rested < STEP) continue
    await new Promise((resolve) => setTimeout(resolve))
    signal?.throwIfAborted()
    rested = performance.now()
  }
  progress.finish()
}
