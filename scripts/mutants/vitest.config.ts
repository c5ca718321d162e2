/** The tests of one room, in Node alone: MUTANTS_TESTS holds their patterns, as JSON. */
import { defineConfig } from 'vitest/config'

const {
  MUTANTS_TESTS: tests = '["test/**/*.test.ts"]',
  MUTANTS_NEVER: never = '[]',
  MUTANTS_SEED: seed = '1',
} = process.env

export default defineConfig({
  test: {
    include: JSON.parse(tests),
    exclude: JSON.parse(never),
    setupFiles: ['scripts/mutants/active-mutant.ts', 'test/setup.ts'],
    globalSetup: ['test/servers/start.ts'],
    // the same random cases for every mutant: what a property finds by luck is no test
    provide: { seed: Number(seed), mode: 'none', activeMutant: '' },
    env: { ROWSPACE_SEED: seed },
    testTimeout: 60_000,
  },
})
