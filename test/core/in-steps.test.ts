/**
 * Work in steps: progress, a signal that ends it at once, a progress callback that throws, turns for others.
 */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { inSteps, type WorkOptions } from '../../src/core/in-steps.ts'

/** Ten steps of four; what was done and what was reported. */
async function work(options: WorkOptions, step: (from: number, to: number) => void = () => {}) {
  const done: number[] = []
  const steps: number[] = []
  const onProgress: WorkOptions['onProgress'] = (progress) => {
    steps.push(progress.done)
    options.onProgress?.(progress)
  }
  const outcome = await inSteps(38, 4, { ...options, onProgress }, (from, to) => {
    done.push(from, to)
    step(from, to)
  }).catch((error: unknown) => error)
  return { done, steps, outcome }
}

/** Keeps the thread for so many milliseconds. */
function busy(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

test('each step once, in order, and progress after each', async () => {
  const { done, steps, outcome } = await work({})
  expect(done).toEqual([0, 4, 4, 8, 8, 12, 12, 16, 16, 20, 20, 24, 24, 28, 28, 32, 32, 36, 36, 38])
  expect(steps).toEqual([4, 8, 12, 16, 20, 24, 28, 32, 36, 38])
  expect(outcome).toBeUndefined()
})

describe('a signal ends the work at once, with its reason', () => {
  test('aborted before: nothing is done', async () => {
    const reason = new Error('enough')
    expect(await work({ signal: AbortSignal.abort(reason) })).toEqual({
      done: [],
      steps: [],
      outcome: reason,
    })
  })
  test.each([4, 8, 38])('aborted by the progress at %i: no step and no progress after it', async (place) => {
    const stop = new AbortController()
    const reason = new Error('enough')
    const { steps, done, outcome } = await work({
      signal: stop.signal,
      onProgress: (progress) => progress.done === place && stop.abort(reason),
    })
    expect(outcome).toBe(reason)
    expect([steps.at(-1), done.at(-1)]).toEqual([place, place])
  })
  test('aborted by others, who have their turn when a step was long', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('enough')))
    const { steps, outcome } = await work({ signal: stop.signal }, () => busy(35))
    expect(outcome).toMatchObject({ message: 'enough' })
    expect(steps).toEqual([4])
  })
})

describe('a progress callback that throws', () => {
  afterEach(() => void vi.restoreAllMocks())
  const reports = () => {
    const reported: unknown[] = []
    if (typeof globalThis.reportError === 'function') {
      vi.spyOn(globalThis, 'reportError').mockImplementation((error) => void reported.push(error))
    } else {
      vi.spyOn(process, 'emitWarning').mockImplementation(((error: unknown) => reported.push(error)) as never)
    }
    return reported
  }
  test('does not end the work; its first error is reported once, at the end', async () => {
    const reported = reports()
    const { steps, outcome } = await work({
      onProgress: ({ done }) => {
        expect(reported).toEqual([])
        throw new Error(`no bar at ${done}`)
      },
    })
    expect(outcome).toBeUndefined()
    expect(steps.length).toBe(10)
    expect(reported).toEqual([new Error('no bar at 4')])
  })
  test('also one that throws nothing at all', async () => {
    const reported = reports()
    await work({
      onProgress: () => {
        throw undefined
      },
    })
    expect(reported).toEqual([new Error('onProgress threw nothing')])
  })
})

test('what a step throws ends the work', async () => {
  const { steps, outcome } = await work({}, (from) => {
    if (from === 8) throw new Error('no step')
  })
  expect(outcome).toMatchObject({ message: 'no step' })
  expect(steps).toEqual([4, 8])
})

test.each<[string, object]>([
  ['onProgress must be a function; got 5.', { onProgress: 5 }],
  ['signal must be an AbortSignal; got Object.', { signal: {} }],
  ['signal must be an AbortSignal; got null.', { signal: null }],
])('%s', async (message, options) => {
  const step = vi.fn()
  await expect(inSteps(1, 1, options, step)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message })
  expect(step).not.toHaveBeenCalled()
})

test('neither progress nor a signal is needed, and no step is made of nothing', async () => {
  const step = vi.fn()
  await inSteps(0, 4, {}, step)
  expect(step).not.toHaveBeenCalled()
  await inSteps(8, 4, {}, step)
  expect(step.mock.calls).toEqual([
    [0, 4],
    [4, 8],
  ])
})
