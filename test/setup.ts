/** Runs before every test file: a failing property prints its seed, and ROWSPACE_SEED=<seed> repeats it. */
import fc from 'fast-check'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    seed: number | undefined
  }
}

const seed = inject('seed')
fc.configureGlobal(seed === undefined ? { numRuns: 60 } : { numRuns: 60, seed })
