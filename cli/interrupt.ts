/** Ctrl-C while a file is written: the unfinished file is removed before the command ends. */
import { RowspaceError } from '../src/core/errors.ts'

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

/**
 * An AbortSignal that the usual signals abort; after `stop` they end the process again.
 *
 * @param then what the reader should know of the unfinished work
 */
export function abortOnSignals(then = 'nothing was written'): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController()
  const abort = (name: NodeJS.Signals) =>
    controller.abort(
      new RowspaceError('ABORTED', `stopped by ${name}; ${then}.`, {
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
