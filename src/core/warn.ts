/** Tells the developer what was done without, where that is no error. */
export function warn(text: string): void {
  if (globalThis.process?.emitWarning) globalThis.process.emitWarning(text, 'RowspaceWarning')
  else console.warn(text)
}
