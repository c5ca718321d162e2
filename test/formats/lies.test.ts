/** Files that are cut short, altered or lie: each ends in a RowspaceError or in a table, never in anything else. */
import { expect, test } from 'vitest'
import { isRowspaceError } from '../../src/errors.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { writeSafetensors } from '../../src/formats/write-safetensors.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/write-word2vec.ts'
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
    // a text may end without a line end, a last number may be a digit shorter, and the start of a header is GloVe text
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

function safetensors(header: string | object, dataBytes: number, announced?: number): Uint8Array {
  const text = ascii(typeof header === 'string' ? header : JSON.stringify(header))
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(announced ?? text.length), true)
  return join([length, text, new Uint8Array(dataBytes)])
}

const f32 = (shape: number[], from: number, to: number) => ({ dtype: 'F32', shape, data_offsets: [from, to] })

test.each<[string, Uint8Array, string[]]>([
  [
    'a header longer than the file',
    safetensors({ a: f32([2, 2], 0, 16) }, 16, 10_000),
    ['TRUNCATED', 'INVALID_FORMAT'],
  ],
  [
    'a header over 100 MB',
    safetensors({ a: f32([2, 2], 0, 16) }, 16, 2 ** 40),
    ['TRUNCATED', 'INVALID_FORMAT'],
  ],
  [
    'a header nested beyond reason',
    safetensors(`{"a":${'['.repeat(9_999)}${']'.repeat(9_999)}}`, 0),
    ['INVALID_FORMAT'],
  ],
  ['a header of a list', safetensors('[]', 0), ['INVALID_FORMAT']],
  [
    'a header with a fraction',
    safetensors('{"a":{"dtype":"F32","shape":[1.5,2],"data_offsets":[0,12]}}', 12),
    ['INVALID_FORMAT'],
  ],
  [
    'a shape past 2^53',
    safetensors('{"a":{"dtype":"F32","shape":[1,9007199254740993],"data_offsets":[0,16]}}', 16),
    ['INVALID_FORMAT'],
  ],
  [
    'a name that comes twice, once escaped',
    safetensors(
      '{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"\\u0061":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]}}',
      16,
    ),
    ['INVALID_FORMAT'],
  ],
  ['offsets that go back', safetensors({ a: f32([2, 2], 16, 0) }, 16), ['INVALID_FORMAT']],
  [
    'metadata that is no text',
    safetensors({ __metadata__: { a: 1 }, a: f32([2, 2], 0, 16) }, 16),
    ['INVALID_FORMAT'],
  ],
  ['a header that is not JSON', safetensors('{"a": ', 16), ['INVALID_FORMAT']],
  [
    'a name that comes twice',
    safetensors(
      '{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]}}',
      16,
    ),
    ['INVALID_FORMAT'],
  ],
  [
    'tensors that overlap',
    safetensors({ a: f32([2, 2], 0, 16), b: f32([2, 2], 8, 24) }, 24),
    ['INVALID_FORMAT'],
  ],
  [
    'a hole between tensors',
    safetensors({ a: f32([1, 2], 0, 8), b: f32([1, 2], 16, 24) }, 24),
    ['INVALID_FORMAT'],
  ],
  ['bytes behind the last tensor', safetensors({ a: f32([2, 2], 0, 16) }, 24), ['INVALID_FORMAT']],
  ['offsets out of bounds', safetensors({ a: f32([2, 2], 0, 16) }, 8), ['TRUNCATED', 'INVALID_FORMAT']],
  ['a size that disagrees with the shape', safetensors({ a: f32([3, 2], 0, 16) }, 16), ['INVALID_FORMAT']],
  [
    'a shape whose product overflows',
    safetensors({ a: f32([2 ** 40, 2 ** 40], 0, 16) }, 16),
    ['INVALID_FORMAT', 'TRUNCATED'],
  ],
  ['a negative shape', safetensors({ a: f32([-2, -2], 0, 16) }, 16), ['INVALID_FORMAT']],
  ['a tensor of no rows', safetensors({ a: f32([0, 2], 0, 0) }, 0), ['INVALID_FORMAT', 'NOT_FOUND']],
  [
    'an unknown dtype',
    safetensors({ a: { dtype: 'F99', shape: [2, 2], data_offsets: [0, 16] } }, 16),
    ['INVALID_FORMAT', 'UNSUPPORTED'],
  ],
])('safetensors: %s', async (_, bytes, codes) => {
  const error = await rejection(readTable(bytes, { format: 'safetensors' }))
  expect(codes).toContain(error.code)
})

test('an empty file, and one of no known format', async () => {
  expect((await rejection(readTable(new Uint8Array()))).code).toMatch(/INVALID_FORMAT|TRUNCATED/)
  expect((await rejection(readTable(ascii('%PDF-1.7\n\n\n')))).code).toBe('INVALID_FORMAT')
})

test('where several tensors fit, the error lists them and one can be named', async () => {
  const bytes = safetensors({ left: f32([2, 2], 0, 16), right: f32([1, 2], 16, 24) }, 24)
  const error = await rejection(readTable(bytes))
  expect(error.message).toMatch(/left/)
  expect(error.message).toMatch(/right/)
  expect((await readTable(bytes, { tensor: 'right' })).file.rowCount).toBe(1)
})

test('a tensor called __proto__ is a tensor like any other', async () => {
  const bytes = safetensors('{"__proto__":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}', 16)
  expect((await readTable(bytes)).file.tensor).toBe('__proto__')
})

test('a header that is not UTF-8 names the offset', async () => {
  const bytes = safetensors({ a: f32([2, 2], 0, 16) }, 16)
  bytes[10] = 0xff
  expect(await rejection(readTable(bytes))).toMatchObject({ code: 'INVALID_FORMAT', details: { offset: 10 } })
})

test('white space before the header is let pass, a tensor of no numbers beside the table too', async () => {
  const header = `  ${JSON.stringify({ none: f32([0, 4], 0, 0), a: f32([2, 2], 0, 16) })}`
  expect((await readTable(safetensors(header, 16), { tensor: 'a' })).size).toBe(2)
})
