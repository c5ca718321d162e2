/** Static models in model2vec's layout, made here: against the reference's steps in plain TypeScript. */
import { describe, expect, test } from 'vitest'
import type { ByteSource } from '../../src/sources/source.ts'
import { openStaticModel } from '../../src/text.ts'
import { countOpen, modelSource } from '../tokenizers/model-source.ts'
import {
  bytes,
  D,
  embeddings,
  expectClose,
  FILES,
  IDS,
  MODULES,
  ROWS,
  reference,
  TEXTS,
  TOKENS,
  UNIGRAM_STEPS,
  WORDPIECE,
} from './tiny-model.ts'

describe('the reference’s answers', () => {
  test('embeddings alone', async () => {
    using model = await openStaticModel(modelSource([embeddings()], FILES))
    expect([model.dimension, model.normalize, model.table.size]).toEqual([D, true, TOKENS.length])
    expectClose(model.embed(TEXTS), reference(IDS, {}))
    expectClose(model.embed('A small cat'), reference([IDS[0]!], {}))
    expect(model.table.token(6)).toBe('cat')
    expect(model.table.id('wild')).toBe(8)
  })
  test('not normalised: config.json says so, or the caller', async () => {
    using said = await openStaticModel(
      modelSource([embeddings()], { ...FILES, 'config.json': { normalize: false } }),
    )
    using chosen = await openStaticModel(modelSource([embeddings()], FILES), { normalize: false })
    const expected = reference(IDS, { normalize: false })
    expectClose(said.embed(TEXTS), expected)
    expectClose(chosen.embed(TEXTS), expected)
  })
  test.each<[string, object, boolean]>([
    ['config.json without normalize', { 'config.json': {} }, false],
    ['no config.json', {}, false],
    ['modules.json with that step', { 'modules.json': MODULES }, true],
    ['modules.json without', { 'modules.json': MODULES.slice(0, 1) }, false],
    ['modules.json that is an object', { 'modules.json': { type: 'a.Normalize' } }, false],
    ['modules.json with steps that are none', { 'modules.json': [null, {}, 'Normalize'] }, false],
    ['modules.json with a step whose name ends so', { 'modules.json': [{ type: 'a.NotNormalize' }] }, false],
    [
      'modules.json with a step whose name begins so',
      { 'modules.json': [{ type: 'a.NormalizeNot' }] },
      false,
    ],
    [
      'config.json before modules.json',
      { 'config.json': { normalize: false }, 'modules.json': MODULES },
      false,
    ],
  ])('%s: normalised %s', async (_, files, normalize) => {
    using model = await openStaticModel(
      modelSource([embeddings()], { 'tokenizer.json': WORDPIECE, ...files }),
    )
    expect(model.normalize).toBe(normalize)
    expectClose(model.embed(TEXTS), reference(IDS, { normalize }))
  })
  const weights = Float64Array.from(TOKENS, (_, id) => 0.1 + id / 7)
  const mapping = TOKENS.map((_, id) => (id * 3) % 4)
  const few = ROWS.slice(0, 4 * D)

  test('tokens beyond the rows name no row', async () => {
    using model = await openStaticModel(modelSource([embeddings(few, 4)], FILES))
    expect(() => model.table.id('a')).toThrow(expect.objectContaining({ code: 'UNKNOWN_TOKEN' }))
    expect(model.table.vocabulary?.tokenize('[CLS] a xyzzy')).toEqual([
      { text: '[CLS]', id: 2 },
      { text: 'a', id: undefined },
      { text: '[UNK]', id: undefined },
    ])
  })
  test('weights, F64', async () => {
    const tensor = { name: 'weights', dtype: 'F64', shape: [TOKENS.length], bytes: bytes(weights) }
    using model = await openStaticModel(modelSource([embeddings(), tensor], FILES))
    expectClose(model.embed(TEXTS), reference(IDS, { weights }))
  })
  test('weights, F16', async () => {
    const halves = Uint16Array.from(TOKENS, (_, id) => 0x3c00 + id * 64)
    const tensor = { name: 'weights', dtype: 'F16', shape: [TOKENS.length], bytes: bytes(halves) }
    using model = await openStaticModel(modelSource([embeddings(), tensor], FILES), { normalize: false })
    const weights = TOKENS.map((_, id) => 1 + id / 16)
    expectClose(model.embed(TEXTS), reference(IDS, { weights, normalize: false }))
  })
  test.each([
    ['I64', bytes(BigInt64Array.from(mapping, BigInt))],
    ['I32', bytes(Int32Array.from(mapping))],
  ])('a mapping, %s, with weights by token', async (dtype, data) => {
    const tensors = [
      embeddings(few, 4),
      { name: 'mapping', dtype, shape: [TOKENS.length], bytes: data },
      { name: 'weights', dtype: 'F32', shape: [TOKENS.length], bytes: bytes(Float32Array.from(weights)) },
    ]
    using model = await openStaticModel(modelSource(tensors, FILES), { normalize: false })
    // rows of many tokens have no names
    expect(model.table.vocabulary).toBeUndefined()
    expectClose(model.embed(TEXTS), reference(IDS, { rows: few, mapping, weights, normalize: false }))
  })
  test('rows as F16 and as whole numbers stay what they are', async () => {
    const halves = Uint16Array.from(ROWS, (_, i) => 0x3c00 + ((i * 37) % 900)) // 1 … 1.88
    const values = Array.from(halves, (bits) => 1 + (bits & 1023) / 1024)
    const half = { name: 'embeddings', dtype: 'F16', shape: [TOKENS.length, D], bytes: bytes(halves) }
    using model = await openStaticModel(modelSource([half], FILES))
    expect(model.table.dtype).toBe('f16')
    expectClose(model.embed(TEXTS), reference(IDS, { rows: values }))
    const codes = Int8Array.from(ROWS, (value) => Math.round(value * 100))
    const whole = { name: 'embeddings', dtype: 'I8', shape: [TOKENS.length, D], bytes: bytes(codes) }
    using ints = await openStaticModel(modelSource([whole], FILES), { normalize: false })
    expectClose(ints.embed(TEXTS), reference(IDS, { rows: codes, normalize: false }), 4)
  })
  test.each(['embedding.weight', '0'])(
    'rows as F64 are rounded to float32; a tensor named %s',
    async (name) => {
      const values = Float64Array.from(ROWS, (value) => value + 1e-12)
      const tensor = { name, dtype: 'F64', shape: [TOKENS.length, D], bytes: bytes(values) }
      using model = await openStaticModel(modelSource([tensor], FILES))
      expect(model.table.dtype).toBe('f32')
      expect(model.table.row(3)).toEqual(Float32Array.from(values.subarray(3 * D, 4 * D)))
      expectClose(model.embed(TEXTS), reference(IDS, {}))
    },
  )
  test('Unigram keeps the unknown token, as the reference does', async () => {
    const vocab = [
      ['<unk>', 0],
      ['▁a', -1],
      ['▁small', -2],
      ['▁cat', -2],
    ]
    const tokenizer = {
      ...UNIGRAM_STEPS,
      model: { type: 'Unigram', unk_id: 0, vocab },
    }
    using model = await openStaticModel(
      modelSource([embeddings(ROWS.slice(0, 4 * D), 4)], { 'tokenizer.json': tokenizer }),
    )
    expect(model.tokenizer.unknownId).toBeUndefined()
    const tokens = model.tokenizer.encode('a small 7')
    expect(tokens).toContain(0)
    expectClose(model.embed('a small 7'), reference([tokens], { rows: ROWS, normalize: false }))
  })
  test('the first tokens and the first coordinates alone', async () => {
    using model = await openStaticModel(modelSource([embeddings()], FILES))
    // the median token has 3 letters, so 12 signs of a text are read: the reference cuts before it splits
    const cut = [[4, 5, 6], [8, 6, 7, 10], [], [], [11, 12]]
    expectClose(model.embed(TEXTS, { maxTokens: 4 }), reference(cut, {}))
    expectClose(model.embed('a a a a a', { maxTokens: 2 }), reference([[4, 4]], {}))
    // short enough not to be cut, but of three tokens
    expectClose(model.embed('a a ,', { maxTokens: 2 }), reference([[4, 4]], {}))
    expectClose(model.embed(TEXTS, { dimension: 3 }), reference(IDS, { columns: 3 }))
    const long = `${'cat '.repeat(700)}dog`
    expectClose(model.embed(long, { maxTokens: 10_000 }), reference([[...Array(700).fill(6), 9]], {}), 5)
    expectClose(model.embed(long), reference([[6]], {}), 5)
  })
  test('a tokenizer of one’s own needs no tokenizer.json', async () => {
    const tokenizer = {
      encode: (text: string) => [...text].map(Number),
      unknownId: 1,
      medianTokenLength: 1,
      tokens: new Map(),
    }
    using model = await openStaticModel(modelSource([embeddings()], {}), { tokenizer })
    expectClose(model.embed('451'), reference([[4, 5]], { normalize: false }))
    expect(() => model.embed(['45', '9 99'.replace(' ', '')])).not.toThrow()
    const beyond = { ...tokenizer, encode: () => [99] }
    using other = await openStaticModel(modelSource([embeddings()], {}), { tokenizer: beyond })
    expect(() => other.embed('x')).toThrow(
      expect.objectContaining({
        message: 'token 99 has no row: the model has 13 rows.',
        details: { id: 99, size: 13 },
      }),
    )
  })
})

test('every file that was opened beside the tensors is closed', async () => {
  const source = modelSource([embeddings()], {
    ...FILES,
    'modules.json': MODULES,
    'tokenizer_config.json': {},
  })
  const counted = countOpen(source)
  using model = await openStaticModel(counted.source)
  expect([model.normalize, counted.open()]).toEqual([true, 0])
  await expect(
    openStaticModel({ ...counted.source, read: async () => Promise.reject(new Error('gone')) }),
  ).rejects.toThrow('gone')
  expect(counted.open()).toBe(0)
})

test.each([
  ['as they are', embeddings()],
  [
    'widened',
    { name: 'embeddings', dtype: 'F64', shape: [TOKENS.length, D], bytes: bytes(Float64Array.from(ROWS)) },
  ],
])('a signal reaches the reads of rows, which are read %s', async (_, rows) => {
  const source = modelSource([rows], FILES)
  const stop = new AbortController()
  const ends: unknown[] = []
  const watched: ByteSource = {
    ...source,
    read: (start, end, options) => {
      // the rows lie at the end of the file
      if (end === source.size) {
        stop.abort(new Error('enough'))
        ends.push(options?.signal?.aborted)
      }
      return source.read(start, end, options)
    },
  }
  await expect(openStaticModel(watched, { signal: stop.signal })).rejects.toThrow('enough')
  expect(ends).toEqual([true])
})
