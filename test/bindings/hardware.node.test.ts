/** What threads there can be, by what the engine and the machine say. */
import { availableParallelism } from 'node:os'
import { afterEach, expect, test, vi } from 'vitest'
import { canShareMemory, hardwareThreads } from '../../bindings/hardware.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test('memory is shared in Node and on isolated pages, and nowhere else', () => {
  expect(canShareMemory()).toBe(true)
  vi.stubGlobal('crossOriginIsolated', true)
  expect(canShareMemory()).toBe(true)
  vi.stubGlobal('crossOriginIsolated', false)
  expect(canShareMemory()).toBe(false)
  vi.unstubAllGlobals()
  vi.stubGlobal('SharedArrayBuffer', undefined)
  expect(canShareMemory()).toBe(false)
})

test('as many threads as the machine has: in Node, in a browser, and one where nobody says', () => {
  expect(hardwareThreads()).toBe(availableParallelism())
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
  vi.stubGlobal('navigator', { hardwareConcurrency: 12 })
  expect(hardwareThreads()).toBe(12)
  vi.stubGlobal('navigator', undefined)
  expect(hardwareThreads()).toBe(1)
})
