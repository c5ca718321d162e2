/** Reports an error of onProgress, which must not cost the caller the work that was done. */
export function reportLater(error: unknown): void {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error)
  else globalThis.process?.emitWarning(error instanceof Error ? error : String(error))
}
