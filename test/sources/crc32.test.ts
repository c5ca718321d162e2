/** CRC-32 against its definition, at once and in two that are joined. */
import { afterEach, expect, test, vi } from 'vitest'
import { crc32, joinedCrc32 } from '../../src/sources/crc32.ts'
import { ascii } from '../formats/files.ts'
import { crc32 as byDefinition } from '../formats/packed-files.ts'
import { randomNumbers } from '../oracle/tables.ts'

const random = randomNumbers(3)
const BYTES = Uint8Array.from({ length: 300 }, () => random() * 256)

test('the check value of the standard', () => {
  expect(crc32(ascii('123456789'))).toBe(0xcbf43926)
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

const isNode = globalThis.process?.getBuiltinModule !== undefined
test.runIf(isNode)('without that of Node it is the same', async () => {
  vi.stubGlobal('process', undefined)
  vi.resetModules()
  const { crc32: portable } = await import('../../src/sources/crc32.ts')
  expect(portable).not.toBe(crc32)
  for (let length = 0; length < 80; length++) {
    const [first, second] = [BYTES.subarray(0, length), BYTES.subarray(length)]
    expect(portable(first)).toBe(crc32(first))
    expect(portable(second, portable(first))).toBe(byDefinition(BYTES))
  }
})

test('of every length, from every place, at once, in two that follow, and joined', () => {
  for (let length = 0; length < 80; length++) {
    for (let start = 0; start < 9; start++) {
      const bytes = BYTES.subarray(start, start + length)
      const expected = byDefinition(bytes)
      expect(crc32(bytes)).toBe(expected)
      const [first, second] = [bytes.subarray(0, 3 * start), bytes.subarray(3 * start)]
      expect(crc32(second, crc32(first))).toBe(expected)
      expect(joinedCrc32(crc32(first), crc32(second), second.length)).toBe(expected)
    }
  }
})

test('joined over more than 2^32 bytes: as over the same in parts', () => {
  const [first, second] = [byDefinition(BYTES), byDefinition(BYTES.subarray(1))]
  // x^(8 · (a + b)) = x^(8 · a) · x^(8 · b): zeros put behind in two steps
  const zeros = (crc: number, count: number) => joinedCrc32(crc, 0, count)
  expect(joinedCrc32(first, second, 2 ** 33 + 5)).toBe((zeros(zeros(first, 2 ** 33), 5) ^ second) >>> 0)
})
