/** What a signal does while a command writes: the listeners are called here, so that no process has to end. */
import { expect, test } from 'vitest'
import { abortOnSignals } from '../../cli/interrupt.ts'

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
const names = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]
const counts = () => names.map((name) => process.listenerCount(name))

test.each(names)('%s aborts, with the exit code that shells give it', (name) => {
  const before = process.listeners(name)
  const { signal, stop } = abortOnSignals('push again to go on')
  const [added] = process.listeners(name).filter((listener) => !before.includes(listener))
  expect(signal.aborted).toBe(false)
  added?.(name)
  expect(signal.reason).toMatchObject({
    code: 'ABORTED',
    message: `stopped by ${name}; push again to go on.`,
    details: { exitCode: SIGNALS[name] },
  })
  stop()
})

test('after it is stopped, signals end the process again', () => {
  const before = counts()
  const { stop } = abortOnSignals()
  expect(counts()).toEqual(before.map((count) => count + 1))
  stop()
  expect(counts()).toEqual(before)
})
