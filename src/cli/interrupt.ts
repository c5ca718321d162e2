/** Ctrl-C while a file is written: what was begun is taken away before the command ends. */
import { RowspaceError } from '../errors.ts'

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

/** An AbortSignal that the usual signals abort; after `stop` they end the process again, as ever. */
export function abortOnSignals(): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController()
  const abort = (name: NodeJS.Signals) =>
    controller.abort(
      new RowspaceError('ABORTED', `stopped by ${name}; nothing was written`, {
        exitCode: 128 + SIGNALS[name as keyof typeof SIGNALS],
      }),
    )
  for (const name of Object.keys(SIGNALS)) process.once(name, abort)
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of Object.keys(SIGNALS)) process.removeListener(name, abort)
    },
  }
}
