/**
 * Stands in for inline-core.ts in the built package, where all doors share one copy of every class: the doors
 * differ in the core that they provide. `rowspace/slim` provides none.
 */
import type { CoreSource } from './core.ts'

let provided: (() => CoreSource | undefined) | undefined

export function provideCore(core: () => CoreSource | undefined): void {
  provided = core
}

export function bundledCore(): CoreSource | undefined {
  return provided?.()
}
