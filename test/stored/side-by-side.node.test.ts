/** Reads side by side. */
import { expect, onTestFinished, test, vi } from 'vitest'
import { sideBySide } from '../../src/stored/side-by-side.ts'

test('at most sixteen are under way, each of which may listen to the signal, and no engine warns of it', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => warned.mockRestore())
  let [underWay, most] = [0, 0]
  const done: number[] = []
  await sideBySide([...Array(40).keys()], new AbortController().signal, async (item, stopped) => {
    stopped.addEventListener('abort', () => {})
    most = Math.max(most, ++underWay)
    await new Promise((resolve) => setTimeout(resolve))
    underWay--
    done.push(item)
  })
  expect(most).toBe(16)
  expect(done.sort((a, b) => a - b)).toEqual([...Array(40).keys()])
  expect(warned).not.toHaveBeenCalled()
})

test('the first error stops the others', async () => {
  const seen: unknown[] = []
  const reading = sideBySide([1, 2, 3], undefined, async (item, stopped) => {
    if (item === 2) throw new Error('two')
    await new Promise((resolve) => stopped.addEventListener('abort', resolve))
    seen.push(stopped.reason)
  })
  await expect(reading).rejects.toThrow('two')
  expect(seen).toEqual([new Error('two'), new Error('two')])
})
