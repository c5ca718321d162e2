/** Long work that lets others have their turn: told how far it is, stopped between two steps. */

export interface WorkProgress {
  /** 'search': questions that have been answered. */
  phase: 'search'
  done: number
  total: number
}

export interface WorkOptions {
  /** Called between two steps. What it throws is thrown on. */
  onProgress?: ((progress: WorkProgress) => void) | undefined
  /** Ends the work between two steps, with the signal's reason. */
  signal?: AbortSignal | undefined
}

/** Milliseconds of work between two pauses: no page misses more than a frame or two. */
const STEP = 30

/** Does `step` for [0, total) in pieces of `size`; gives the event loop its turn now and then. */
export async function inSteps(
  total: number,
  size: number,
  { onProgress, signal }: WorkOptions,
  step: (from: number, to: number) => void,
): Promise<void> {
  signal?.throwIfAborted()
  let rested = performance.now()
  for (let from = 0; from < total; from += size) {
    const to = Math.min(total, from + size)
    step(from, to)
    onProgress?.({ phase: 'search', done: to, total })
    if (performance.now() - rested < STEP) continue
    await new Promise((resolve) => setTimeout(resolve))
    signal?.throwIfAborted()
    rested = performance.now()
  }
}
