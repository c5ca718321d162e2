/** What opening and saving share: a signal to stop, and progress whose errors end nothing. */

import type { Progress } from '../core/progress.ts'
import { reportLater } from '../core/report-later.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { invalidArgument } from '../core/values.ts'
import { checkSignal } from '../sources/options.ts'

type Report<Phase extends string> = (progress: Progress<Phase>) => void

interface Watched<Phase extends string> {
  onProgress?: Report<Phase> | undefined
  signal?: AbortSignal | undefined
}

/** As readOptions. Throws `INVALID_ARGUMENT` also for a signal or a callback of another kind. */
export function readWatched<Options extends Watched<never>>(
  given: Options | undefined,
  keys: KeysOf<Options>,
  what: string,
): Options {
  const options = readOptions(given, keys, what)
  checkSignal(options.signal)
  if (options.onProgress === undefined || typeof options.onProgress === 'function') return options
  throw invalidArgument('onProgress must be a function', options.onProgress)
}

/**
 * Does work that reports progress. What `onProgress` throws does not end it: the first error is reported at
 * the end.
 */
export async function reporting<Phase extends string, Result>(
  options: Watched<Phase>,
  work: (onProgress: Report<Phase>) => Promise<Result>,
): Promise<Result> {
  let first: { error: unknown } | undefined
  const onProgress = (progress: Progress<Phase>) => {
    try {
      options.onProgress?.(progress)
    } catch (error) {
      first ??= { error }
    }
  }
  const result = await work(onProgress)
  if (first !== undefined) reportLater(first.error)
  return result
}

/** Reports a phase of work: call it with the number of bytes that were just done. */
export function counted<Phase extends string>(
  phase: Phase,
  total: number,
  onProgress: Report<Phase>,
): (bytes: number) => void {
  let done = 0
  return (bytes) => {
    done += bytes
    onProgress({ phase, done, total })
  }
}
