/** The header of safetensors: each lie has its error, and unusual files that are sound are read. */
import { expect, test } from 'vitest'
import { readSafetensorsHeader } from '../../src/formats/safetensors/header.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { ascii, join, readTable, rejection } from './files.ts'

function safetensors(header: string | object, dataBytes: number, announced?: number): Uint8Array {
  const text = ascii(typeof header === 'string' ? header : JSON.stringify(header))
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(announced ?? text.length), true)
  return join([length, text, new Uint8Array(dataBytes)])
}

const f32 = (shape: number[], from: number, to: number) => ({ dtype: 'F32', shape, data_offsets: [from, to] })

const one = { a: f32([2, 2], 0, 16) }
const described = (more: object) => safetensors({ a: { ...f32([2, 2], 0, 16), ...more } }, 16)

test.each<[string, Uint8Array, string, RegExp]>([
  ['seven bytes', new Uint8Array(7), 'TRUNCATED', /the length of a safetensors header needs 8 bytes/],
  ['a header longer than the file', safetensors(one, 16, 10_000), 'TRUNCATED', /header needs 10008 bytes/],
  [
    'a header one byte too long',
    safetensors('{}', 0, 3),
    'TRUNCATED',
    /header needs 11 bytes and the file has 10/,
  ],
  [
    'a header over 100 MB',
    safetensors(one, 16, 100_000_001),
    'INVALID_FORMAT',
    /claims 100000001 bytes; 2 to 100000000 are allowed/,
  ],
  ['a header of 100 MB', safetensors(one, 16, 100_000_000), 'TRUNCATED', /header needs 100000008 bytes/],
  [
    'a header of one byte',
    safetensors('{', 0),
    'INVALID_FORMAT',
    /claims 1 bytes; 2 to 100000000 are allowed/,
  ],
  ['an empty header', safetensors('{}', 0), 'NOT_FOUND', /no two-dimensional tensor at all/],
  ['a header of a list', safetensors('[]', 0), 'INVALID_FORMAT', /not a JSON object \(character 0\)/],
  ['a header that is not JSON', safetensors('{"a": ', 16), 'INVALID_FORMAT', /it ends where .* was expected/],
  [
    'a header nested beyond reason',
    safetensors(`{"a":${'['.repeat(9_999)}${']'.repeat(9_999)}}`, 0),
    'INVALID_FORMAT',
    /nested deeper than 3 levels \(character 7\)/,
  ],
  ['a fraction', described({ shape: [1.5, 2] }), 'INVALID_FORMAT', /holds "\." where/],
  [
    'a shape past 2^53',
    described({ shape: [1, 2 ** 53 + 2] }),
    'INVALID_FORMAT',
    /the shape a list of 2 values/,
  ],
  ['a negative shape', described({ shape: [-2, -2] }), 'INVALID_FORMAT', /the shape a list of 2 values/],
  ['a shape that is a number', described({ shape: 4 }), 'INVALID_FORMAT', /the shape 4; a list/],
  ['a shape of names', described({ shape: ['2', '2'] }), 'INVALID_FORMAT', /the shape a list of 2 values/],
  ['no shape', described({ shape: undefined }), 'INVALID_FORMAT', /the shape undefined/],
  [
    'a shape whose product overflows',
    described({ shape: [2 ** 40, 2 ** 40] }),
    'INVALID_FORMAT',
    /whose size cannot be counted/,
  ],
  [
    'a shape that is whole bytes only by chance',
    safetensors({ a: { dtype: 'F4', shape: [3, 1], data_offsets: [0, 2] } }, 2),
    'INVALID_FORMAT',
    /\[3,1\] of F4, whose size cannot be counted/,
  ],
  ['an unknown dtype', described({ dtype: 'F99' }), 'INVALID_FORMAT', /the dtype "F99", which safetensors/],
  ['a dtype that is a number', described({ dtype: 32 }), 'INVALID_FORMAT', /the dtype 32, which/],
  ['no dtype', described({ dtype: undefined }), 'INVALID_FORMAT', /the dtype undefined/],
  ['one offset', described({ data_offsets: [0] }), 'INVALID_FORMAT', /the offsets a list of 1 values/],
  [
    'three offsets',
    described({ data_offsets: [0, 16, 16] }),
    'INVALID_FORMAT',
    /the offsets a list of 3 values/,
  ],
  ['no offsets', described({ data_offsets: undefined }), 'INVALID_FORMAT', /the offsets undefined/],
  [
    'offsets before the data',
    described({ data_offsets: [-16, 0] }),
    'INVALID_FORMAT',
    /two integers ≥ 0 were expected/,
  ],
  [
    'offsets that go back',
    described({ data_offsets: [16, 0] }),
    'INVALID_FORMAT',
    /16 to 0, that is -16; .* needs 16/,
  ],
  [
    'a tensor shorter than its shape',
    described({ shape: [3, 2] }),
    'INVALID_FORMAT',
    /that is 16; .* needs 24/,
  ],
  [
    'a tensor longer than its shape',
    described({ shape: [1, 2] }),
    'INVALID_FORMAT',
    /that is 16; .* needs 8/,
  ],
  ['offsets out of bounds', safetensors(one, 15), 'TRUNCATED', /tensor "a" needs \d+ bytes/],
  [
    'a tensor that is a list',
    safetensors({ a: [1] }, 0),
    'INVALID_FORMAT',
    /"a" is not described by a JSON object/,
  ],
  [
    'a tensor of no rows',
    safetensors({ a: f32([0, 2], 0, 0) }, 0),
    'INVALID_FORMAT',
    /there are no rows in it/,
  ],
  [
    'a tensor of no columns',
    safetensors({ a: f32([2, 0], 0, 0) }, 0),
    'INVALID_FORMAT',
    /the shape \[2,0\]: there are no rows in it/,
  ],
  [
    'metadata that is no text',
    safetensors({ __metadata__: { a: 1 }, ...one }, 16),
    'INVALID_FORMAT',
    /__metadata__ that does not map text to text/,
  ],
  [
    'metadata that is text in part',
    safetensors({ __metadata__: { a: 'b', c: 1 }, ...one }, 16),
    'INVALID_FORMAT',
    /__metadata__ that does not map text to text/,
  ],
  [
    'metadata that is a list',
    safetensors({ __metadata__: [], ...one }, 16),
    'INVALID_FORMAT',
    /__metadata__ that/,
  ],
  [
    'a name that comes twice',
    safetensors(`{"a":${JSON.stringify(one.a)},"a":${JSON.stringify(one.a)}}`, 16),
    'INVALID_FORMAT',
    /the key "a" comes twice/,
  ],
  [
    'a name that comes twice, once escaped',
    safetensors(`{"a":${JSON.stringify(one.a)},"\\u0061":${JSON.stringify(one.a)}}`, 16),
    'INVALID_FORMAT',
    /the key "a" comes twice/,
  ],
  [
    'a dtype that comes twice',
    safetensors('{"a":{"dtype":"F32","dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}', 16),
    'INVALID_FORMAT',
    /the key "dtype" comes twice/,
  ],
  [
    'tensors that overlap',
    safetensors({ a: f32([2, 2], 0, 16), b: f32([2, 2], 8, 24) }, 24),
    'INVALID_FORMAT',
    /"b" overlaps the tensor before it/,
  ],
  [
    'a tensor over another',
    safetensors({ a: f32([2, 2], 0, 16), b: f32([2, 2], 0, 16) }, 16),
    'INVALID_FORMAT',
    /"b" overlaps the tensor before it/,
  ],
  [
    'a hole between tensors',
    safetensors({ a: f32([1, 2], 0, 8), b: f32([1, 2], 16, 24) }, 24),
    'INVALID_FORMAT',
    /"b" leaves a hole before it/,
  ],
  [
    'a hole before the first',
    safetensors({ a: f32([1, 2], 8, 16) }, 16),
    'INVALID_FORMAT',
    /"a" leaves a hole/,
  ],
  ['a byte behind the last tensor', safetensors(one, 17), 'INVALID_FORMAT', /1 bytes follow the last tensor/],
  [
    'tokens that are no bytes',
    safetensors({ ...one, tokens: { dtype: 'I8', shape: [2], data_offsets: [16, 18] } }, 18),
    'INVALID_FORMAT',
    /"tokens" is I8 \[2\]; the bytes of a JSON list/,
  ],
  [
    'tokens in two dimensions',
    safetensors({ ...one, tokens: { dtype: 'U8', shape: [1, 2], data_offsets: [16, 18] } }, 18),
    'INVALID_FORMAT',
    /"tokens" is U8 \[1,2\]/,
  ],
  ...(
    [
      ['of another type', { dtype: 'I32', shape: [2], data_offsets: [4, 12] }],
      ['of another number', { dtype: 'F32', shape: [1], data_offsets: [4, 8] }],
      ['of two dimensions', { dtype: 'F32', shape: [2, 1], data_offsets: [4, 12] }],
    ] as const
  ).map(([what, scales]): [string, Uint8Array, string, RegExp] => [
    `scales ${what}`,
    safetensors(
      { embeddings: { dtype: 'I8', shape: [2, 2], data_offsets: [0, 4] }, scales },
      scales.data_offsets[1],
    ),
    'INVALID_FORMAT',
    /"scales" is .*; the 2 int8 rows need F32 \[2\]/,
  ]),
  [
    'a type that is not read',
    safetensors({ a: { dtype: 'I32', shape: [2, 2], data_offsets: [0, 16] } }, 16),
    'UNSUPPORTED',
    /"a" is I32 \[2,2\]; rows of F64, F32/,
  ],
])('safetensors: %s', async (_, bytes, code, message) => {
  const error = await rejection(readTable(bytes, { format: 'safetensors' }))
  expect({ code: error.code, message: error.message }).toEqual({
    code,
    message: expect.stringMatching(message),
  })
})

test('the length that a header claims is a number, which JSON has, in the details too', async () => {
  for (const claimed of [1, 100_000_001]) {
    const { details } = await rejection(readTable(safetensors('{', 0, claimed), { format: 'safetensors' }))
    expect(details).toMatchObject({ headerBytes: claimed })
  }
})

test('every type of the format has its size', async () => {
  const bits = {
    F4: 4,
    F6_E2M3: 6,
    F6_E3M2: 6,
    BOOL: 8,
    U8: 8,
    I8: 8,
    F8_E5M2: 8,
    F8_E4M3: 8,
    F8_E8M0: 8,
    I16: 16,
  }
  const wide = { U16: 16, F16: 16, BF16: 16, I32: 32, U32: 32, F32: 32, I64: 64, U64: 64, F64: 64, C64: 64 }
  for (const [dtype, size] of Object.entries({ ...bits, ...wide })) {
    const table = { dtype, shape: [2, 4], data_offsets: [0, size] }
    const { tensors } = await readSafetensorsHeader(bytesSource(safetensors({ a: table }, size)))
    expect(tensors.get('a')).toMatchObject({ dtype, elements: 8 })
    const short = { ...table, data_offsets: [0, size - 1] }
    expect((await rejection(readTable(safetensors({ a: short }, size - 1)))).code).toBe('INVALID_FORMAT')
  }
})

test('scales belong to the int8 rows of rowspace alone', async () => {
  const scales = { dtype: 'F32', shape: [9], data_offsets: [4, 40] }
  const other = safetensors({ a: { dtype: 'I8', shape: [2, 2], data_offsets: [0, 4] }, scales }, 40)
  expect((await readTable(other)).file.dtype).toBe('i8')
  const bytes = safetensors({ embeddings: { dtype: 'U8', shape: [2, 2], data_offsets: [0, 4] }, scales }, 40)
  expect((await readTable(bytes)).file.dtype).toBe('u8')
})

test('where several tensors fit, the error lists them and one can be named', async () => {
  const bytes = safetensors({ left: f32([2, 2], 0, 16), right: f32([1, 2], 16, 24) }, 24)
  const error = await rejection(readTable(bytes))
  expect(error.message).toMatch(/left/)
  expect(error.message).toMatch(/right/)
  expect((await readTable(bytes, { tensor: 'right' })).file.size).toBe(1)
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
