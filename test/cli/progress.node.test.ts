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

test('lines in a log: the first after two seconds, then one every five', () => {
  Object.defineProperty(process.stderr, 'isTTY', { value: false, configurable: true })
  let text = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    text += chunk
    return true
  })
  let now = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const progress = showProgress('model', false)
  const at = (milliseconds: number, report: Parameters<typeof progress.report>[0]) => {
    now = 1000 + milliseconds
    text = ''
    progress.report(report)
    return text
  }
  expect(at(1_999, { phase: 'read', done: 1, total: 9 })).toBe('')
  expect(at(2_000, { phase: 'read', done: 2e6, total: 3e6 })).toBe(
    'rowspace: model: 66 %, 2.00 MB of 3.00 MB read\n',
  )
  expect(at(6_999, { phase: 'read', done: 3e6, total: 3e6 })).toBe('')
  expect(at(7_000, { phase: 'upload', done: 1500, total: 3000 })).toBe(
    'rowspace: model: 50 %, 1,500 of 3,000 rows uploaded\n',
  )
  expect(at(12_000, { phase: 'search', done: 1, total: 4 })).toBe('rowspace: model: 25 %, 1 of 4 answered\n')
  expect(at(17_000, { phase: 'open', done: 0, total: 0 })).toBe('rowspace: model: 100 %, 0 of 0 done\n')
  progress.clear()
})
