/** GGUF headers that lie, and files that are cut short. */
import { expect, test } from 'vitest'
import { openTable } from '../../src/open/open-table.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { join, rejection } from './files.ts'
import { F32, gguf, list, Q8_0, smallGguf, text, u32, u64 } from './gguf-files.ts'

const table = { name: 'token_embd.weight', shape: [2, 8], type: F32, bytes: new Uint8Array(64) }
const metadata = (key: string, value: Parameters<typeof list>[2] | ReturnType<typeof list>) =>
  gguf({
    tensors: [table],
    metadata: [[key, value instanceof Uint8Array ? { type: 9, bytes: value } : value]],
  })
const nested = (depth: number): Uint8Array =>
  depth === 0 ? join([u32(4), u64(1), u32(7)]) : join([u32(9), u64(1), nested(depth - 1)])

test.each<[string, Uint8Array, string, RegExp]>([
  ['another magic', gguf({ magic: 'GGML', tensors: [table] }), 'INVALID_FORMAT', /does not begin with GGUF/],
  ['version 1', gguf({ version: 1, tensors: [table] }), 'UNSUPPORTED', /GGUF version 1; versions 2 and 3/],
  ['version 4', gguf({ version: 4, tensors: [table] }), 'UNSUPPORTED', /GGUF version 4/],
  ['big-endian', gguf({ version: 0x03000000, tensors: [table] }), 'UNSUPPORTED', /big-endian/],
  [
    'absurd tensors',
    gguf({ tensorCount: 2 ** 50, tensors: [table] }),
    'TRUNCATED',
    /a header of 1125899906842624/,
  ],
  ['absurd entries', gguf({ entryCount: 2 ** 60, tensors: [table] }), 'TRUNCATED', /needs \d+ bytes/],
  // 24 bytes, 24 for each tensor at least, 13 for each entry
  [
    'more than the file has room for',
    gguf({ entryCount: 1_000, tensorCount: 10, tensors: [table] }),
    'TRUNCATED',
    /a header of 10 tensors and 1000 metadata entries needs 13264 bytes/,
  ],
  [
    'too many dimensions',
    gguf({ tensors: [{ ...table, shape: [1, 1, 1, 2, 8] }] }),
    'INVALID_FORMAT',
    /5 dimensions/,
  ],
  [
    'an overflowing shape',
    gguf({ tensors: [{ ...table, shape: [2 ** 40, 2 ** 40] }] }),
    'INVALID_FORMAT',
    /cannot be counted/,
  ],
  [
    'no rows',
    gguf({ tensors: [{ ...table, shape: [0, 8], bytes: new Uint8Array() }] }),
    'INVALID_FORMAT',
    /no rows/,
  ],
  ['more rows than there are', gguf({ tensors: [{ ...table, shape: [200, 8] }] }), 'TRUNCATED', /token_embd/],
  ['half a block', gguf({ tensors: [{ ...table, type: Q8_0 }] }), 'INVALID_FORMAT', /no whole blocks of 32/],
  [
    'an unaligned offset',
    gguf({ tensors: [{ ...table, offset: 4 }] }),
    'INVALID_FORMAT',
    /multiple of the alignment 32/,
  ],
  [
    'a hole',
    gguf({
      tensors: [
        { ...table, offset: 64 },
        { ...table, name: 'b', offset: 64 },
      ],
    }),
    'INVALID_FORMAT',
    /hole/,
  ],
  [
    'an overlap',
    gguf({ tensors: [table, { ...table, name: 'b', offset: 32 }] }),
    'INVALID_FORMAT',
    /overlaps/,
  ],
  ['out of bounds', gguf({ tensors: [{ ...table, offset: 2 ** 40 }] }), 'TRUNCATED', /token_embd/],
  ['a tensor twice', gguf({ tensors: [table, table] }), 'INVALID_FORMAT', /"token_embd.weight" comes twice/],
  [
    'a key twice',
    gguf({
      tensors: [table],
      metadata: [
        ['a', 'b'],
        ['a', 'c'],
      ],
    }),
    'INVALID_FORMAT',
    /"a" comes twice/,
  ],
  [
    'an alignment of 24',
    gguf({ tensors: [table], metadata: [['general.alignment', { type: 4, bytes: u32(24) }]] }),
    'INVALID_FORMAT',
    /alignment is 24/,
  ],
  [
    'an alignment of 0',
    gguf({ tensors: [table], metadata: [['general.alignment', { type: 4, bytes: u32(0) }]] }),
    'INVALID_FORMAT',
    /alignment is 0/,
  ],
  [
    'an alignment in words',
    gguf({ tensors: [table], metadata: [['general.alignment', 'wide']] }),
    'INVALID_FORMAT',
    /value type 8/,
  ],
  [
    'an unknown value',
    gguf({ tensors: [table], metadata: [['a', { type: 13, bytes: u32(1) }]] }),
    'INVALID_FORMAT',
    /value type 13/,
  ],
  ['a list of unknown values', metadata('a', list(13, 1, u32(1))), 'INVALID_FORMAT', /value type 13/],
  [
    'a list longer than the file',
    metadata('a', list(4, 2 ** 40, u32(1))),
    'TRUNCATED',
    /a list of 1099511627776 values/,
  ],
  ['a list of lists longer than the file', metadata('a', list(9, 2 ** 30, u32(1))), 'TRUNCATED', /"a"/],
  ['nesting', metadata('a', nested(9)), 'INVALID_FORMAT', /nested deeper than 4/],
  ['a string longer than the file', metadata('a', { type: 8, bytes: u64(2 ** 52) }), 'TRUNCATED', /"a"/],
  [
    'a key of a megabyte',
    gguf({ tensors: [table], metadata: [['k'.repeat(1 << 20), 'x']] }),
    'INVALID_FORMAT',
    /1048576 bytes long/,
  ],
  [
    'tokens that are numbers',
    metadata('tokenizer.ggml.tokens', list(4, 1, u32(1))),
    'INVALID_FORMAT',
    /is not a list of strings \(value type 9 of 4\)/,
  ],
  [
    'tokens that are a word',
    metadata('tokenizer.ggml.tokens', { type: 8, bytes: text('a') }),
    'INVALID_FORMAT',
    /is not a list of strings \(value type 8\)/,
  ],
])('%s', async (_, bytes, code, message) => {
  const error = await rejection(openTableFile(bytes, { format: 'gguf' }))
  expect({ code: error.code, message: error.message }).toEqual({
    code,
    message: expect.stringMatching(message),
  })
})

test('cut after any byte: an error', async () => {
  const bytes = smallGguf()
  for (let length = 4; length < bytes.length; length++) {
    await rejection(openTable(bytes.subarray(0, length)))
  }
})
