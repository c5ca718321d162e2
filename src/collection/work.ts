/** What opening and saving share: progress whose errors end nothing. */

import type { Progress } from '../core/progress.ts'
import { SafeProgress } from '../core/safe-progress.ts'

type Report<Phase extends string> = (progress: Progress<Phase>) => void

/** Does work that reports progress. The first error of `onProgress` is reported when the work is done. */
export async function reporting<Phase extends string, Result>(
  options: { onProgress?: Report<Phase> | undefined },
  work: (onProgress: Report<Phase>) => Promise<Result>,
): Promise<Result> {
  const progress = new SafeProgress(options.onProgress)
  const result = await work(({ phase, done, total }) => progress.report(phase, done, total))
  progress.finish()
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
