/** Safetensors written in each type: every number the nearest there is, and read back as it was written. */
import { expect, test } from 'vitest'
import { halfOf } from '../../src/formats/number-types.ts'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { openTable } from '../../src/open/open-table.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { randomNumbers } from '../oracle/tables.ts'
import { join, readTable, rejection, same } from './files.ts'

const [SIZE, DIMENSION] = [40, 24]
const random = randomNumbers(5)
const ROWS = Float32Array.from(
  { length: SIZE * DIMENSION },
  () => (random() - 0.5) * 10 ** Math.floor(random() * 9 - 6),
)
ROWS.set([0, -0, 1, -1, 65_504, 6e-8, 1e-30], 0)
const WORDS = Array.from({ length: SIZE }, (_, id) => `w${id}`)
const TABLE = writableRows(ROWS, DIMENSION, WORDS)

const MEANING = {
  bf16: (bits: number) => new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!,
  f16: halfOf,
} as const

test.each(['bf16', 'f16'] as const)('%s: the nearest number, and the even one of two', async (dtype) => {
  const bytes = join(writeSafetensors(TABLE, { dtype }))
  using table = await openTable(bytes)
  expect(table).toMatchObject({ dtype, size: SIZE })
  expect(table.id('w7')).toBe(7)
  const file = await openTableFile(bytes)
  const bits = new Uint16Array(ROWS.length)
  await file.loadBits!(bits)
  ROWS.forEach((value, index) => {
    const stored = bits[index]!
    const miss = Math.abs(MEANING[dtype](stored) - value)
    for (const other of [stored - 1, stored + 1]) {
      const missed = Math.abs(MEANING[dtype](other & 0xffff) - value)
      if (missed < miss || (missed === miss && stored % 2 === 1))
        expect.fail(`${value}: ${stored}, where ${other} is as near`)
    }
  })
  // once more: nothing is rounded twice
  const again = writableRows(table.gather(WORDS), DIMENSION, WORDS)
  expect(same(join(writeSafetensors(again, { dtype })), bytes)).toBe(true)
})

test('int8: within half a step of a 127th of the row’s largest', async () => {
  const { rows, file, tokens } = await readTable(join(writeSafetensors(TABLE, { dtype: 'int8' })))
  expect(file.dtype).toBe('int8')
  expect(tokens).toEqual(WORDS)
  for (let row = 0; row < SIZE; row++) {
    const own = ROWS.subarray(row * DIMENSION, (row + 1) * DIMENSION)
    const step = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127
    own.forEach((value, column) => {
      expect(Math.abs(rows[row * DIMENSION + column]! - value)).toBeLessThanOrEqual(step * 0.500001)
    })
  }
})

test.each([
  ['f16', 65_520],
  ['f16', -7e4],
  ['bf16', 3.4e38],
] as const)('%s has no number for %d', async (dtype, value) => {
  const rows = ROWS.slice()
  rows[3 * DIMENSION + 2] = value
  const writing = async () => join(writeSafetensors(writableRows(rows, DIMENSION), { dtype }))
  expect(await rejection(writing())).toMatchObject({ code: 'NON_FINITE', details: { row: 3, column: 2 } })
})

test('another type is rejected at once', () => {
  expect(() => writeSafetensors(TABLE, { dtype: 'f8' as 'f16' })).toThrow('\'int8\'; got "f8"')
})
