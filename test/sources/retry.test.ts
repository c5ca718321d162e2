/** How often what failed is tried again, and after how long. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RowspaceError } from '../../src/core/errors.ts'
import { Retries, retryAfter, TransientFailure } from '../../src/sources/retry.ts'
import type { SourceOptions } from '../../src/sources/source.ts'

const error = new RowspaceError('IO', 'reset')
const failure = (wait?: number) => new TransientFailure(error, wait)

/** Failures that are made up for before the one that is thrown. */
async function failuresBorne(
  options: SourceOptions,
  progress: (failures: number) => number,
): Promise<number> {
  const retries = new Retries({ retryMilliseconds: 0, ...options })
  for (let failures = 0; failures < 1_000; failures++) {
    try {
      await retries.after(failure(), progress(failures), undefined)
    } catch (thrown) {
      expect(thrown).toBe(error)
      return failures
    }
  }
  throw new Error('tried for ever')
}

describe('how often', () => {
  test.each([
    [{}, 5],
    [{ retries: 0 }, 0],
    [{ retries: 1 }, 1],
    [{ retries: 3 }, 3],
  ])('%j: %i times in a row without a byte between', async (options, most) => {
    expect(await failuresBorne(options, () => 0)).toBe(most)
    expect(await failuresBorne(options, () => 7)).toBe(most)
  })

  test.each([
    [{}, 20],
    [{ retries: 1 }, 4],
    [{ retries: 3 }, 12],
  ])('%j: %i times in all, though bytes come between', async (options, most) => {
    expect(await failuresBorne(options, (failures) => failures + 1)).toBe(most)
  })

  test('bytes make up for the failures before them alone', async () => {
    // a byte after the third failure, then none
    expect(await failuresBorne({ retries: 3 }, (failures) => (failures < 3 ? 0 : 1))).toBe(6)
  })

  test('what will not pass is thrown as it is, at once', async () => {
    const fatal = new RowspaceError('NOT_FOUND', 'gone')
    await expect(new Retries({}).after(fatal, 0, undefined)).rejects.toBe(fatal)
  })
})

describe('after how long', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  const waits = async (random: number, options: SourceOptions, wanted: number | undefined, count: number) => {
    vi.spyOn(Math, 'random').mockReturnValue(random)
    const retries = new Retries({ retries: 100, ...options })
    const seen: number[] = []
    for (let index = 0; index < count; index++) {
      const start = Date.now()
      const done = retries.after(failure(wanted), 0, undefined)
      await vi.runAllTimersAsync()
      await done
      seen.push(Date.now() - start)
    }
    return seen
  }

  test('twice as long each time, half of it by chance, at most half a minute', async () => {
    const full = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]
    expect(await waits(1, {}, undefined, 8)).toEqual(full)
    expect(await waits(0, {}, undefined, 8)).toEqual(full.map((wait) => wait / 2))
    expect(await waits(1, { retryMilliseconds: 10 }, undefined, 3)).toEqual([10, 20, 40])
  })

  test('what the server wants, up to two minutes; it is not waited for longer', async () => {
    expect(await waits(0, {}, 9_000, 2)).toEqual([9_000, 9_000])
    expect(await waits(0, {}, 120_000, 1)).toEqual([120_000])
    expect(await waits(1, {}, 10, 1)).toEqual([500])
    await expect(new Retries({}).after(failure(120_001), 0, undefined)).rejects.toBe(error)
  })

  test('an abort ends the wait with its reason, before and in it', async () => {
    const reason = new Error('enough')
    await expect(new Retries({}).after(failure(), 0, AbortSignal.abort(reason))).rejects.toBe(reason)
    const controller = new AbortController()
    const waiting = new Retries({}).after(failure(60_000), 0, controller.signal)
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([
    [null, undefined],
    ['0', 0],
    ['12', 12_000],
    [' 3 ', 3_000],
    ['soon', undefined],
    [new Date(90_000).toUTCString(), 50_000],
    [new Date(1_000).toUTCString(), 0],
  ])('Retry-After: %s is %s ms', (header, wait) => {
    vi.setSystemTime(40_000)
    expect(retryAfter(header)).toBe(wait)
  })
})
