/** Static models that cannot be read, and what the errors say. */
import { expect, test } from 'vitest'
import type { ByteSource } from '../../src/sources/source.ts'
import { openStaticModel } from '../../src/text.ts'
import { modelSource } from '../tokenizers/model-source.ts'
import { bytes, embeddings, FILES, ROWS, WORDPIECE } from './tiny-model.ts'

const WEIGHTS = new Float32Array(13).fill(1)
const tensor = (name: string, dtype: string, shape: number[], data: Uint8Array) => ({
  name,
  dtype,
  shape,
  bytes: data,
})
test.each<[string, ByteSource, string, string]>([
  [
    'no tokenizer.json',
    modelSource([embeddings()], {}),
    'NOT_FOUND',
    'no tokenizer.json beside model.safetensors',
  ],
  [
    'a tokenizer.json that is none',
    modelSource([embeddings()], { 'tokenizer.json': '{' }),
    'INVALID_FORMAT',
    'tokenizer.json',
  ],
  [
    'a tokenizer of no known kind',
    modelSource([embeddings()], { 'tokenizer.json': { model: { type: 'Odd' } } }),
    'INVALID_FORMAT',
    'tokenizer.json cannot be read',
  ],
  [
    'a config that is none',
    modelSource([embeddings()], { ...FILES, 'config.json': '[' }),
    'INVALID_FORMAT',
    'config.json',
  ],
  [
    'no embeddings',
    modelSource([tensor('other', 'F32', [1], new Uint8Array(4))], FILES),
    'NOT_FOUND',
    'not a static model',
  ],
  [
    'embeddings of one dimension',
    modelSource([tensor('embeddings', 'F32', [13], new Uint8Array(52))], FILES),
    'NOT_FOUND',
    'no two-dimensional tensor "embeddings"',
  ],
  [
    'rows of another type',
    modelSource([tensor('embeddings', 'I64', [1, 1], new Uint8Array(8))], FILES),
    'UNSUPPORTED',
    'I64',
  ],
  [
    'weights too few',
    modelSource([embeddings(), tensor('weights', 'F32', [2], new Uint8Array(8))], FILES),
    'INVALID_FORMAT',
    '2 weights for 13 tokens',
  ],
  [
    'weights of another type',
    modelSource([embeddings(), tensor('weights', 'I8', [13], new Uint8Array(13))], FILES),
    'UNSUPPORTED',
    'weights',
  ],
  [
    'a weight that is not finite',
    modelSource([embeddings(), tensor('weights', 'F32', [13], bytes(WEIGHTS.fill(Number.NaN, 4, 5)))], FILES),
    'INVALID_FORMAT',
    'the weight of token 4 is NaN',
  ],
  [
    'a weight that no float32 is near',
    modelSource(
      [embeddings(), tensor('weights', 'F64', [13], bytes(new Float64Array(13).fill(1e300)))],
      FILES,
    ),
    'INVALID_FORMAT',
    'the weight of token 0 is 1e+300',
  ],
  [
    'a tokenizer.json whose pattern would hang',
    modelSource([embeddings()], {
      'tokenizer.json': {
        ...WORDPIECE,
        pre_tokenizer: { type: 'Split', pattern: { Regex: '(a+)+b' }, behavior: 'Isolated' },
      },
    }),
    'INVALID_FORMAT',
    'the pattern "(a+)+b" may take for ever',
  ],
  [
    'a tokenizer.json that is a list',
    modelSource([embeddings()], { 'tokenizer.json': [] }),
    'INVALID_FORMAT',
    'tokenizer.json: it is not a JSON object. Put the right one there, or pass { tokenizer }.',
  ],
  [
    'a mapping to no row',
    modelSource([embeddings(), tensor('mapping', 'I32', [1], bytes(Int32Array.of(13)))], FILES),
    'INVALID_FORMAT',
    'token 0 the row 13',
  ],
  [
    'a mapping to a row below the first',
    modelSource([embeddings(), tensor('mapping', 'I32', [2], bytes(Int32Array.of(3, -1)))], FILES),
    'INVALID_FORMAT',
    'token 1 the row -1; there are 13 rows',
  ],
  [
    'a mapping to half a row',
    modelSource([embeddings(), tensor('mapping', 'F32', [1], bytes(Float32Array.of(0.5)))], FILES),
    'INVALID_FORMAT',
    'token 0 the row 0.5',
  ],
  [
    'weights of two dimensions',
    modelSource([embeddings(), tensor('weights', 'F32', [13, 1], new Uint8Array(52))], FILES),
    'UNSUPPORTED',
    'tensor "weights" is F32 [13,1]; one dimension of F64, F32, F16, I64 or I32 is read.',
  ],
  [
    'as many weights as rows, but not as tokens',
    modelSource(
      [
        embeddings(),
        tensor('weights', 'F32', [13], new Uint8Array(52)),
        tensor('mapping', 'I32', [2], new Uint8Array(8)),
      ],
      FILES,
    ),
    'INVALID_FORMAT',
    '13 weights for 2 tokens',
  ],
  [
    'rows that are not finite',
    modelSource([embeddings(ROWS.map((value, i) => (i === 7 ? Number.NaN : value)))], FILES),
    'NON_FINITE',
    'row 1',
  ],
])('%s', async (_, source, code, message) => {
  await expect(openStaticModel(source)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  })
})
test('of a model without embeddings the first twelve tensors are named', async () => {
  const names = Array.from({ length: 14 }, (_, i) => `t${i + 10}`)
  const source = modelSource(
    names.map((name) => tensor(name, 'F32', [1], new Uint8Array(4))),
    FILES,
  )
  await expect(openStaticModel(source)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining(`(there are ${names.slice(0, 12).join(', ')})`),
    details: { source: 'model.safetensors' },
  })
})
test('rows of another type are named with it, and the types that are read', async () => {
  const source = modelSource([tensor('embeddings', 'I64', [1, 1], new Uint8Array(8))], FILES)
  await expect(openStaticModel(source)).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringMatching(/these are read: F32, F16, BF16, I8, .*F64/),
    details: { tensor: 'embeddings', dtype: 'I64' },
  })
})
test('a missing tokenizer.json and a tensor of another type are in the details', async () => {
  await expect(openStaticModel(modelSource([embeddings()], {}))).rejects.toMatchObject({
    details: { source: 'model.safetensors' },
  })
  const bools = tensor('mapping', 'U8', [13], new Uint8Array(13))
  await expect(openStaticModel(modelSource([embeddings(), bools], FILES))).rejects.toMatchObject({
    details: { tensor: 'mapping', dtype: 'U8' },
  })
})
test('a tokenizer whose tokens are not a Map', async () => {
  const tokenizer = { encode: () => [], tokens: {} } as never
  await expect(openStaticModel(modelSource([embeddings()], {}), { tokenizer })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('a Map of tokens to ids; got Object'),
  })
})
test('odd options', async () => {
  using model = await openStaticModel(modelSource([embeddings()], FILES))
  const odd = { tokenizer: { encode: 5 } as never }
  await expect(openStaticModel(modelSource([embeddings()], FILES), odd)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('got Object'),
  })
  expect(() => model.embed('a', { maxTokens: 1.5 })).toThrow('1.5')
  expect(() => model.embed('a', { dimension: 6 })).toThrow('at most 5')
  expect(() => model.embed(7 as unknown as string)).toThrow('got 7')
})
