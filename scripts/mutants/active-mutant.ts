/**
 * Runs before every test file: processes and threads that a test starts have the same mutant as the test
 * itself.
 */
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    mode: string
    activeMutant: string
  }
}

// the name that instrumented code looks for, where no test runner has set the mutant
if (inject('mode') === 'mutant') process.env.__STRYKER_ACTIVE_MUTANT__ = inject('activeMutant')
else delete process.env.__STRYKER_ACTIVE_MUTANT__
