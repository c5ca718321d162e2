/** The tests of one room, in Node alone: MUTANTS_TESTS holds their patterns, as JSON. */
import { statSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const {
  MUTANTS_TESTS: tests = '["test/**/*.test.ts"]',
  MUTANTS_NEVER: never = '[]',
  MUTANTS_SEED: seed = '1',
} = process.env

/** A mutant's run ends at the first test that fails: the shortest files first, the longest last. */
class ShortFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    return files.sort((a, b) => statSync(a.moduleId).size - statSync(b.moduleId).size)
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: ShortFirst },
    include: JSON.parse(tests),
    exclude: JSON.parse(never),
    setupFiles: ['scripts/mutants/active-mutant.ts', 'test/setup.ts'],
    globalSetup: ['test/servers/start.ts'],
    // the same random cases for every mutant: what a property finds by luck is no test
    provide: { seed: Number(seed), mode: 'none', activeMutant: '' },
    env: { ROWSPACE_SEED: seed },
    // with a counter at every mutant, on a busy machine; a mutant that hangs has Stryker's own limit
    testTimeout: 300_000,
  },
})
