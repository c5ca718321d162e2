/** Ctrl-C while a file is written: what was begun is taken away before the command ends. */
import { RowspaceError } from '../src/core/errors.ts'

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

/**
 * An AbortSignal that the usual signals abort; after `stop` they end the process again, as ever.
 *
 * @param then what is to be known of what was begun
 */
export function abortOnSignals(then = 'nothing was written'): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController()
  const abort = (name: NodeJS.Signals) =>
    controller.abort(
      new RowspaceError('ABORTED', `stopped by ${name}; ${then}`, {
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
