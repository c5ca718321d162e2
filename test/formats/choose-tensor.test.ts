/**
 * Which tensor is the table: the one that is named, the known names in their order, the only one of floats,
 * the only one.
 */
import { expect, test } from 'vitest'
import { chooseTensor, firstKnownName, isTokenTable } from '../../src/formats/choose-tensor.ts'
import type { TensorInfo } from '../../src/formats/format.ts'
import { bytesSource } from '../../src/sources/bytes.ts'

const SOURCE = bytesSource(new Uint8Array(), 'model')
const tensor = (name: string, dtype = 'F32', shape: readonly number[] = [4, 2]): TensorInfo => ({
  name,
  dtype,
  shape,
})
const choose = (tensors: readonly TensorInfo[], name?: string) =>
  chooseTensor(SOURCE, new Map(tensors.map((each) => [each.name, each])), name)

test.each<[string, TensorInfo[], string]>([
  ['rowspace’s own before a model’s', [tensor('wte.weight'), tensor('embeddings')], 'embeddings'],
  ['GPT-2’s before others', [tensor('embeddings.weight'), tensor('wte.weight'), tensor('x')], 'wte.weight'],
  [
    'the next where the first is no table',
    [tensor('embeddings', 'F32', [8]), tensor('wte.weight')],
    'wte.weight',
  ],
  [
    'the next where the first has three',
    [tensor('embeddings', 'F32', [2, 2, 2]), tensor('wte.weight')],
    'wte.weight',
  ],
  ['a known name of whole numbers', [tensor('embeddings', 'I8'), tensor('x')], 'embeddings'],
  ['the only one of floats', [tensor('x', 'I64'), tensor('y', 'BF16'), tensor('z', 'F32', [4])], 'y'],
  ['the only one of 8-bit floats', [tensor('x', 'U8'), tensor('y', 'F8_E4M3')], 'y'],
  ['the only table', [tensor('x', 'I64'), tensor('y', 'F32', [4])], 'x'],
])('%s', (_, tensors, name) => {
  expect(choose(tensors).name).toBe(name)
})

test('of several there is none to choose; they are listed, the first twenty', () => {
  const many = Array.from({ length: 23 }, (_, id) => tensor(`t${id}`))
  expect(() => choose(many)).toThrow(
    /none of its tensors has a name.*t0 \(F32 \[4,2\]\), .*t19 \(F32 \[4,2\]\) and 3 more\.$/,
  )
  expect(() => choose(many.slice(0, 20))).toThrow(/t19 \(F32 \[4,2\]\)\.$/)
  expect(() => choose(many, 'wte')).toThrow(/model: it has no tensor "wte"\. Name one of/)
  expect(() => choose([])).toThrow('It has no two-dimensional tensor at all.')
  expect(() => choose([tensor('x', 'I8'), tensor('y', 'I8')])).toThrow('x (I8 [4,2]), y (I8 [4,2]).')
})

test('one that is requested is taken, or is no table', () => {
  expect(choose([tensor('embeddings'), tensor('x', 'I64')], 'x').name).toBe('x')
  for (const shape of [[], [8], [2, 2, 2]]) {
    expect(() => choose([tensor('embeddings'), tensor('x', 'F32', shape)], 'x')).toThrow(
      `tensor "x" has the shape [${shape}]; a table has two dimensions. Name one of its two-dimensional tensors: embeddings`,
    )
  }
})

test('the likeliest name among many, and whether rows are tokens', () => {
  const names = new Map([
    ['shared.weight', 1],
    ['model.embed_tokens.weight', 2],
    ['token_embd.weight', 3],
  ])
  expect(firstKnownName(names)).toBe('model.embed_tokens.weight')
  expect(firstKnownName(new Map([['x', 1]]))).toBeUndefined()
  for (const name of ['wte.weight', 'lm_head.weight', 'output.weight', 'model.lm_head.weight']) {
    expect(isTokenTable(name)).toBe(true)
  }
  for (const name of [undefined, 'vectors', 'output_norm.weight', 'my.output.weight']) {
    expect(isTokenTable(name)).toBe(false)
  }
})
