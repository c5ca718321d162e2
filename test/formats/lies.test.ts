/**
 * Files that are cut short, altered or lie: each ends in a RowspaceError or in a table, never in anything
 * else.
 */
import { expect, test } from 'vitest'
import { isRowspaceError } from '../../src/core/errors.ts'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { randomNumbers } from '../oracle/tables.ts'
import { ascii, join, readTable, rejection } from './files.ts'

const TABLE = writableRows(
  Float32Array.from({ length: 15 }, (_, i) => i / 7 - 1),
  3,
  ['a', 'bc', 'def', 'é', 'x y'],
)
const FILES = {
  safetensors: join(writeSafetensors(TABLE)),
  'word2vec-binary': join(writeWord2vecBinary(writableRows(TABLE.rows(0, 4), 3, ['a', 'bc', 'def', 'é']))),
  'word2vec-text': join(writeWord2vecText(writableRows(TABLE.rows(0, 4), 3, ['a', 'bc', 'def', 'é']))),
}

const outcome = (bytes: Uint8Array) =>
  readTable(bytes).then(
    ({ size }) => size,
    (error: unknown) => {
      if (isRowspaceError(error)) return error.code
      throw error
    },
  )

test.each(Object.entries(FILES))('%s cut after any byte', async (format, bytes) => {
  for (let length = 0; length < bytes.length; length++) {
    const result = await outcome(bytes.subarray(0, length))
    // a text may end without a line end, a last number may be a digit shorter, and the start of a header is
    // GloVe text
    const mayBeText = format === 'word2vec-text' || (format === 'word2vec-binary' && length < 5)
    if (!mayBeText) expect(typeof result, `${length} of ${bytes.length} bytes`).toBe('string')
  }
  expect(await outcome(bytes)).toBe(format === 'safetensors' ? 5 : 4)
})

test.each(Object.entries(FILES))('%s with bytes altered', async (_, bytes) => {
  const seed = Number(globalThis.process?.env.ROWSPACE_SEED ?? Date.now() % 2 ** 31)
  const random = randomNumbers(seed)
  for (let round = 0; round < 400; round++) {
    const altered = bytes.slice()
    for (let change = 0; change <= round % 4; change++) {
      altered[Math.floor(random() * altered.length)] = Math.floor(random() * 256)
    }
    await outcome(altered).catch((error) => expect.fail(`seed ${seed}, round ${round}: ${error.stack}`))
  }
})

test('an empty file, and one of no known format', async () => {
  expect(await rejection(readTable(new Uint8Array()))).toMatchObject({
    code: 'INVALID_FORMAT',
    message: expect.stringContaining('is empty'),
  })
  expect((await rejection(readTable(ascii('%PDF-1.7\n\n\n')))).code).toBe('INVALID_FORMAT')
})
