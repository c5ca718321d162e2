/** Stands in for inline-core.ts in the slim build: the caller brings the core. */
import type { CoreSource } from './core.ts'

export function bundledCore(): CoreSource | undefined {
  return undefined
}
