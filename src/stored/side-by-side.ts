/** Reads that are under way at once: few reads of a network take as long as one. */

const READS_AT_ONCE = 16

/** Runs `read` for each item, at most 16 at once. The first error stops the others, and is thrown. */
export async function sideBySide<Item>(
  items: readonly Item[],
  signal: AbortSignal | undefined,
  read: (item: Item, stopped: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController()
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])
  // Node 20 takes more than ten listeners for a leak
  globalThis.process?.getBuiltinModule?.('node:events')?.setMaxListeners(0, stopped)
  const waiting = items.values()
  const lane = async () => {
    try {
      for (const item of waiting) {
        await read(item, stopped)
        stopped.throwIfAborted()
      }
    } catch (error) {
      stop.abort(error)
    }
  }
  await Promise.all(Array.from({ length: Math.min(READS_AT_ONCE, items.length) }, lane))
  stopped.throwIfAborted()
}
