/** How much memory codes may take where the caller does not say. */

/** Half of what the process may still take; in browsers a quarter of the device's. Infinity if unknown. */
export function availableMemory(): number {
  const available = globalThis.process?.availableMemory?.()
  if (available !== undefined) return available / 2
  const { navigator } = globalThis
  // of Chromium alone, in GiB
  const device = navigator !== undefined && 'deviceMemory' in navigator ? navigator.deviceMemory : undefined
  return typeof device === 'number' ? (device * 2 ** 30) / 4 : Number.POSITIVE_INFINITY
}
