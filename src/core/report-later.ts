/** Reports an error that must not cost the caller what was done: onProgress threw. */
export function reportLater(error: unknown): void {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error)
  else globalThis.process?.emitWarning(error instanceof Error ? error : String(error))
}
