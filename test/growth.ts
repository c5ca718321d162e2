/**
 * Shows that work grows linearly with its input, by timing it at n and at 4n. The measure must first reject a
 * quadratic stand-in: a check that cannot fail shows nothing.
 */
import { expect } from 'vitest'

const STEPS = 4
/** Between linear (1) and quadratic (2), with room for caches that overflow and for a busy machine. */
const LARGEST_EXPONENT = 1.6
const FEWEST_ROUNDS = 3
const MAX_ROUNDS = 40
/** More rounds change nothing where one takes seconds. */
const MAX_MILLISECONDS = 4_000

/** Work on an input of a given size. Making the input is not timed. */
export interface Work<Input> {
  make(size: number): Input | Promise<Input>
  run(input: Input): unknown
}

/**
 * Fails if `work` grows faster than linearly between `size` and 4 · `size`. Choose a size that takes some
 * milliseconds: what is quadratic must outweigh what is not.
 */
export async function expectLinear<Input>(work: Work<Input>, size: number): Promise<void> {
  quadraticIsRefused ??= proveItCanFail()
  await quadraticIsRefused
  expect(await growthExponent(work, size), `exponent of growth from ${size}`).toBeLessThan(LARGEST_EXPONENT)
}

let quadraticIsRefused: Promise<void> | undefined

async function proveItCanFail(): Promise<void> {
  const quadratic = {
    make: (size: number) => Float64Array.from({ length: size }, (_, index) => index % 7),
    run: (numbers: Float64Array) => numbers.reduce((sum, number) => sum + numbers.lastIndexOf(number + 9), 0),
  }
  expect(await growthExponent(quadratic, 800), 'exponent of the quadratic stand-in').toBeGreaterThan(
    LARGEST_EXPONENT,
  )
}

/**
 * e in time = c · size^e. The least time of several rounds counts, since a busy machine only adds time;
 * rounds end when they show linear growth.
 */
async function growthExponent<Input>(work: Work<Input>, size: number): Promise<number> {
  const small = await work.make(size)
  const large = await work.make(STEPS * size)
  const start = performance.now()
  let [smallTime, largeTime, exponent] = [Infinity, Infinity, Infinity]
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (round >= FEWEST_ROUNDS && exponent < LARGEST_EXPONENT) break
    if (performance.now() - start > MAX_MILLISECONDS) break
    smallTime = Math.min(smallTime, await timed(() => work.run(small)))
    largeTime = Math.min(largeTime, await timed(() => work.run(large)))
    exponent = Math.log(largeTime / smallTime) / Math.log(STEPS)
  }
  return exponent
}

/** Milliseconds of the processor where those can be measured: what other processes take does not count. */
async function timed(run: () => unknown): Promise<number> {
  const start = now()
  await run()
  return now() - start
}

function now(): number {
  const used = globalThis.process?.cpuUsage?.()
  return used === undefined ? performance.now() : (used.user + used.system) / 1_000
}
