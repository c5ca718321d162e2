/**
 * How long the fuzzers run. Each runs a fixed number of rounds unless ROWSPACE_FUZZ_SECONDS says for how many
 * seconds (120 in CI), which the fuzzers of one file share. Every round has a seed of its own; a failure
 * prints it, and ROWSPACE_SEED=<seed> begins with it.
 */
import { expect } from 'vitest'

const SECONDS = Number(globalThis.process?.env.ROWSPACE_FUZZ_SECONDS ?? 0)
const SEED = Number(globalThis.process?.env.ROWSPACE_SEED ?? Date.now() % 2 ** 31)

/** For the tests of a file that fuzzes: as long as it may run, and as long again on a busy machine. */
export const FUZZ_TIMEOUT = 60_000 + 3_000 * SECONDS

/**
 * Runs `round` again and again, each time with another seed.
 *
 * @param rounds how many, unless a time is set
 * @param share the part of the time that is this fuzzer's
 * @returns rounds that were run
 */
export async function fuzz(
  rounds: number,
  share: number,
  round: (seed: number) => Promise<void> | void,
): Promise<number> {
  const end = Date.now() + SECONDS * share * 1_000
  let done = 0
  for (; SECONDS > 0 ? done === 0 || Date.now() < end : done < rounds; done++) {
    const seed = SEED + done
    try {
      await round(seed)
    } catch (error) {
      expect.fail(`ROWSPACE_SEED=${seed} repeats it: ${error instanceof Error ? error.stack : error}`)
    }
  }
  return done
}
