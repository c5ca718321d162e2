/** Long work that gives others their turn, reports how far it is, and stops between two steps. */

import { RowspaceError } from './errors.ts'
import { reportLater } from './report-later.ts'
import type { KeysOf } from './strict-options.ts'
import { describe } from './values.ts'

export interface WorkProgress {
  /** 'search': questions that have been answered. */
  phase: 'search'
  done: number
  total: number
}

export interface WorkOptions {
  /** Called after each step. What it throws does not end the work; the first error is reported when the work is done. */
  onProgress?: ((progress: WorkProgress) => void) | undefined
  /** Ends the work after the step in progress, with the signal's reason. */
  signal?: AbortSignal | undefined
}

export const WORK_OPTIONS: KeysOf<WorkOptions> = { onProgress: true, signal: true }

/** Milliseconds of work between two pauses: no page misses more than a frame or two. */
const STEP = 30

/** Does `step` for [0, total) in pieces of `size`; gives the event loop its turn now and then. */
export async function inSteps(
  total: number,
  size: number,
  { onProgress, signal }: WorkOptions,
  step: (from: number, to: number) => void,
): Promise<void> {
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new RowspaceError('INVALID_ARGUMENT', `onProgress must be a function; got ${describe(onProgress)}`)
  }
  if (signal !== undefined && typeof signal?.throwIfAborted !== 'function') {
    throw new RowspaceError('INVALID_ARGUMENT', `signal must be an AbortSignal; got ${describe(signal)}`)
  }
  signal?.throwIfAborted()
  let progressError: unknown
  let rested = performance.now()
  for (let from = 0; from < total; from += size) {
    const to = Math.min(total, from + size)
    step(from, to)
    try {
      onProgress?.({ phase: 'search', done: to, total })
    } catch (error) {
      progressError ??= error ?? new Error(`onProgress threw ${error}`)
    }
    signal?.throwIfAborted()
    if (performance.now() - rested < STEP) continue
    await new Promise((resolve) => setTimeout(resolve))
    signal?.throwIfAborted()
    rested = performance.now()
  }
  if (progressError !== undefined) reportLater(progressError)
}
