/** The bar: on a terminal alone, and gone when it is done. */
import { afterEach, expect, test, vi } from 'vitest'
import { showProgress } from '../../cli/progress.ts'

const isTTY = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY')
afterEach(() => {
  vi.restoreAllMocks()
  if (isTTY) Object.defineProperty(process.stderr, 'isTTY', isTTY)
})

async function shown(terminal: boolean, quiet: boolean): Promise<string> {
  Object.defineProperty(process.stderr, 'isTTY', { value: terminal, configurable: true })
  // cli-progress moves the cursor by these
  Object.assign(process.stderr, { columns: 100, cursorTo: process.stderr.cursorTo ?? (() => true) })
  Object.assign(process.stderr, { moveCursor: process.stderr.moveCursor ?? (() => true) })
  let text = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    text += chunk
    return true
  })
  const progress = showProgress('a\x1b[2Jmodel', quiet)
  for (let done = 0; done <= 100; done += 5) {
    progress.report({ phase: 'read', done: done * 1e6, total: 100e6 })
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
  progress.clear()
  return text
}

test('a bar with amounts, on a terminal', async () => {
  const text = await shown(true, false)
  expect(text).toMatch(/█+░* \d+ % {2}\d+(\.\d+)? MB of 100 MB read/)
  expect(text).not.toContain('\x1b[2J')
  // neither the cursor nor the wrapping of lines is switched off: an interrupted run would leave it so
  for (const off of ['\x1b[?7l', '\x1b[?25l']) expect(text).not.toContain(off)
})

test.each([
  ['a pipe, for less than two seconds', false, false],
  ['--quiet', true, true],
])('nothing: %s', async (_, terminal, quiet) => {
  expect(await shown(terminal, quiet)).toBe('')
})
