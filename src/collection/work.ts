/** What opening and saving share: a signal to stop by, and progress whose errors end nothing. */

import { RowspaceError } from '../core/errors.ts'
import { reportLater } from '../core/report-later.ts'
import { describe } from '../core/values.ts'
import { checkSignal } from '../sources/options.ts'

interface Watched<Progress> {
  onProgress?: ((progress: Progress) => void) | undefined
  signal?: AbortSignal | undefined
}

/** Throws `INVALID_ARGUMENT` for a signal or a callback of another kind. */
export function checkWatched({ onProgress, signal }: Watched<never>): void {
  checkSignal(signal)
  if (onProgress === undefined || typeof onProgress === 'function') return
  throw new RowspaceError('INVALID_ARGUMENT', `onProgress must be a function; got ${describe(onProgress)}`)
}

/** Does work that reports progress. What `onProgress` throws does not end it: the first error is reported when it is done. */
export async function reporting<Progress, Result>(
  options: Watched<Progress>,
  work: (onProgress: (progress: Progress) => void) => Promise<Result>,
): Promise<Result> {
  let first: { error: unknown } | undefined
  const onProgress = (progress: Progress) => {
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
