/** Progress whose errors end nothing: a broken progress bar must not cost the caller the work. */
import type { Progress } from './progress.ts'

export class SafeProgress<Phase extends string> {
  /** The first error that `onProgress` threw. */
  error: unknown

  constructor(private readonly onProgress: ((progress: Progress<Phase>) => void) | undefined) {}

  report(phase: Phase, done: number, total: number): void {
    try {
      this.onProgress?.({ phase, done, total })
    } catch (error) {
      this.error ??= error ?? new Error('onProgress threw nothing')
    }
  }

  /** Reports that error as one that nobody caught, once the work is done. */
  finish(): void {
    const { error } = this
    if (error === undefined) return
    if (typeof globalThis.reportError === 'function') globalThis.reportError(error)
    else globalThis.process?.emitWarning(error instanceof Error ? error : String(error))
  }
}
