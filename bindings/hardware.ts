/** What threads there can be here. Apart from threads.ts, which is loaded where there are several. */

export const MAX_THREADS = 128

/** Whether threads can share a memory here. Pages need cross-origin isolation for it. */
export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer === 'function' && globalThis.crossOriginIsolated !== false
}

/** Threads this machine runs at once. */
export function hardwareThreads(): number {
  const os = globalThis.process?.getBuiltinModule?.('node:os')
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1
}
