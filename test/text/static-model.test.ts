/** Static models in model2vec's layout, made here: against the reference's steps in plain TypeScript. */
import { describe, expect, test } from 'vitest'
import { encodeSafetensors, type TensorToWrite } from '../../src/formats/safetensors/writer.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { openStaticModel } from '../../src/text.ts'
import { randomNumbers } from '../oracle/tables.ts'

const TOKENS = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  'a',
  'small',
  'cat',
  '##s',
  'wild',
  'dog',
  ',',
  'caf',
  '##e',
]
const WORDPIECE = {
  version: '1.0',
  truncation: { max_length: 3, strategy: 'LongestFirst', stride: 0, direction: 'Right' },
  added_tokens: [1, 2, 3].map((id) => ({
    id,
    content: TOKENS[id],
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  })),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: { '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] } },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(TOKENS.map((token, id) => [token, id])),
  },
}
/** How a Unigram tokenizer marks the beginnings of words. */
const METASPACE = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' }
const UNIGRAM_STEPS = {
  version: '1.0',
  added_tokens: [],
  normalizer: null,
  post_processor: null,
  pre_tokenizer: METASPACE,
  decoder: METASPACE,
}
const D = 5
const random = randomNumbers(11)
const ROWS = Float32Array.from({ length: TOKENS.length * D }, () => random() * 2 - 1)
const TEXTS = ['A small cat', 'wild cats, dogs', 'xyzzy', '', 'Café xyzzy cat']
/** What the tokenizer makes of them, unknown ones dropped. */
const IDS = [[4, 5, 6], [8, 6, 7, 10, 9, 7], [], [], [11, 12, 6]]

function bytes(
  numbers: Float32Array | Float64Array | Int8Array | Int32Array | BigInt64Array | Uint16Array,
): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}

const embeddings = (rows = ROWS, size = TOKENS.length): TensorToWrite => ({
  name: 'embeddings',
  dtype: 'F32',
  shape: [size, D],
  bytes: bytes(rows),
})

/** A model's files as a source with siblings. */
function modelOf(tensors: readonly TensorToWrite[], files: Record<string, unknown>): ByteSource {
  const pieces = [...encodeSafetensors(tensors)]
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  const encode = (value: unknown) =>
    new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
  return {
    ...bytesSource(whole, 'model.safetensors'),
    sibling: async (name) => (name in files ? bytesSource(encode(files[name]), name) : undefined),
  }
}

/** What sentence-transformers writes of a model whose vectors have length 1. */
const MODULES = [
  { idx: 0, name: '0', path: '0_StaticEmbedding', type: 'sentence_transformers.models.StaticEmbedding' },
  { idx: 1, name: '1', path: '1_Normalize', type: 'sentence_transformers.models.Normalize' },
]

const FILES = { 'tokenizer.json': WORDPIECE, 'config.json': { model_type: 'model2vec', normalize: true } }

/** The reference's steps. */
function reference(
  lists: readonly number[][],
  {
    rows = ROWS,
    weights,
    mapping,
    normalize = true,
    columns = D,
  }: {
    rows?: ArrayLike<number>
    weights?: ArrayLike<number>
    mapping?: number[]
    normalize?: boolean
    columns?: number
  },
): number[] {
  return lists.flatMap((ids) => {
    const mean = Array.from(
      { length: columns },
      (_, column) =>
        ids.reduce((sum, id) => sum + rows[(mapping?.[id] ?? id) * D + column]! * (weights?.[id] ?? 1), 0) /
        Math.max(1, ids.length),
    )
    const norm = normalize ? Math.hypot(...mean) : 1
    return norm === 0 ? mean : mean.map((value) => value / norm)
  })
}

function expectClose(actual: Float32Array, expected: readonly number[], digits = 6): void {
  expect(actual.length).toBe(expected.length)
  for (const [index, value] of expected.entries())
    expect(actual[index], `number ${index}`).toBeCloseTo(value, digits)
}

describe('the reference’s answers', () => {
  test('embeddings alone', async () => {
    using model = await openStaticModel(modelOf([embeddings()], FILES))
    expect([model.dimension, model.normalize, model.table.size]).toEqual([D, true, TOKENS.length])
    expectClose(model.embed(TEXTS), reference(IDS, {}))
    expectClose(model.embed('A small cat'), reference([IDS[0]!], {}))
    expect(model.table.token(6)).toBe('cat')
    expect(model.table.id('wild')).toBe(8)
  })
  test('not normalised: config.json says so, or the caller', async () => {
    using said = await openStaticModel(
      modelOf([embeddings()], { ...FILES, 'config.json': { normalize: false } }),
    )
    using asked = await openStaticModel(modelOf([embeddings()], FILES), { normalize: false })
    const expected = reference(IDS, { normalize: false })
    expectClose(said.embed(TEXTS), expected)
    expectClose(asked.embed(TEXTS), expected)
  })
  test.each<[string, object, boolean]>([
    ['config.json without normalize', { 'config.json': {} }, false],
    ['no config.json', {}, false],
    ['modules.json with that step', { 'modules.json': MODULES }, true],
    ['modules.json without', { 'modules.json': MODULES.slice(0, 1) }, false],
    [
      'config.json before modules.json',
      { 'config.json': { normalize: false }, 'modules.json': MODULES },
      false,
    ],
  ])('%s: normalised %s', async (_, files, normalize) => {
    using model = await openStaticModel(modelOf([embeddings()], { 'tokenizer.json': WORDPIECE, ...files }))
    expect(model.normalize).toBe(normalize)
    expectClose(model.embed(TEXTS), reference(IDS, { normalize }))
  })
  const weights = Float64Array.from(TOKENS, (_, id) => 0.1 + id / 7)
  const mapping = TOKENS.map((_, id) => (id * 3) % 4)
  const few = ROWS.slice(0, 4 * D)

  test('weights, F64', async () => {
    const tensor = { name: 'weights', dtype: 'F64', shape: [TOKENS.length], bytes: bytes(weights) }
    using model = await openStaticModel(modelOf([embeddings(), tensor], FILES))
    expectClose(model.embed(TEXTS), reference(IDS, { weights }))
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
    using model = await openStaticModel(modelOf(tensors, FILES), { normalize: false })
    expectClose(model.embed(TEXTS), reference(IDS, { rows: few, mapping, weights, normalize: false }))
  })
  test('rows as F16 and as whole numbers stay what they are', async () => {
    const halves = Uint16Array.from(ROWS, (_, i) => 0x3c00 + ((i * 37) % 900)) // 1 … 1.88
    const values = Array.from(halves, (bits) => 1 + (bits & 1023) / 1024)
    const half = { name: 'embeddings', dtype: 'F16', shape: [TOKENS.length, D], bytes: bytes(halves) }
    using model = await openStaticModel(modelOf([half], FILES))
    expect(model.table.dtype).toBe('f16')
    expectClose(model.embed(TEXTS), reference(IDS, { rows: values }))
    const codes = Int8Array.from(ROWS, (value) => Math.round(value * 100))
    const whole = { name: 'embeddings', dtype: 'I8', shape: [TOKENS.length, D], bytes: bytes(codes) }
    using ints = await openStaticModel(modelOf([whole], FILES), { normalize: false })
    expectClose(ints.embed(TEXTS), reference(IDS, { rows: codes, normalize: false }), 4)
  })
  test.each(['embedding.weight', '0'])(
    'rows as F64 are rounded to float32; a tensor named %s',
    async (name) => {
      const values = Float64Array.from(ROWS, (value) => value + 1e-12)
      const tensor = { name, dtype: 'F64', shape: [TOKENS.length, D], bytes: bytes(values) }
      using model = await openStaticModel(modelOf([tensor], FILES))
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
      modelOf([embeddings(ROWS.slice(0, 4 * D), 4)], { 'tokenizer.json': tokenizer }),
    )
    expect(model.tokenizer.unknownId).toBeUndefined()
    const tokens = model.tokenizer.encode('a small 7')
    expect(tokens).toContain(0)
    expectClose(model.embed('a small 7'), reference([tokens], { rows: ROWS, normalize: false }))
  })
  test('the first tokens and the first coordinates alone', async () => {
    using model = await openStaticModel(modelOf([embeddings()], FILES))
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
    using model = await openStaticModel(modelOf([embeddings()], {}), { tokenizer })
    expectClose(model.embed('451'), reference([[4, 5]], { normalize: false }))
    expect(() => model.embed(['45', '9 99'.replace(' ', '')])).not.toThrow()
    const beyond = { ...tokenizer, encode: () => [99] }
    using other = await openStaticModel(modelOf([embeddings()], {}), { tokenizer: beyond })
    expect(() => other.embed('x')).toThrow('token 99 has no row: the model has 13 rows')
  })
})

test('every file that was opened beside the tensors is closed', async () => {
  const source = modelOf([embeddings()], { ...FILES, 'modules.json': MODULES, 'tokenizer_config.json': {} })
  let open = 0
  const counted: ByteSource = {
    ...source,
    sibling: async (name) => {
      const beside = await source.sibling?.(name)
      if (beside === undefined) return undefined
      open++
      return { ...beside, close: async () => void open-- }
    },
  }
  using model = await openStaticModel(counted)
  expect([model.normalize, open]).toEqual([true, 0])
  await expect(
    openStaticModel({ ...counted, read: async () => Promise.reject(new Error('gone')) }),
  ).rejects.toThrow('gone')
  expect(open).toBe(0)
})

test.each([
  ['as they are', embeddings()],
  [
    'widened',
    { name: 'embeddings', dtype: 'F64', shape: [TOKENS.length, D], bytes: bytes(Float64Array.from(ROWS)) },
  ],
])('a signal reaches the reads of rows, which are read %s', async (_, rows) => {
  const source = modelOf([rows], FILES)
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

describe('what is refused', () => {
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
      modelOf([embeddings()], {}),
      'NOT_FOUND',
      'no tokenizer.json beside model.safetensors',
    ],
    [
      'a tokenizer.json that is none',
      modelOf([embeddings()], { 'tokenizer.json': '{' }),
      'INVALID_FORMAT',
      'tokenizer.json',
    ],
    [
      'a tokenizer of no known kind',
      modelOf([embeddings()], { 'tokenizer.json': { model: { type: 'Odd' } } }),
      'INVALID_FORMAT',
      'tokenizer.json cannot be read',
    ],
    [
      'a config that is none',
      modelOf([embeddings()], { ...FILES, 'config.json': '[' }),
      'INVALID_FORMAT',
      'config.json',
    ],
    [
      'no embeddings',
      modelOf([tensor('other', 'F32', [1], new Uint8Array(4))], FILES),
      'NOT_FOUND',
      'not a static model',
    ],
    [
      'embeddings of one dimension',
      modelOf([tensor('embeddings', 'F32', [13], new Uint8Array(52))], FILES),
      'NOT_FOUND',
      'no two-dimensional tensor "embeddings"',
    ],
    [
      'rows of another type',
      modelOf([tensor('embeddings', 'I64', [1, 1], new Uint8Array(8))], FILES),
      'UNSUPPORTED',
      'I64',
    ],
    [
      'weights too few',
      modelOf([embeddings(), tensor('weights', 'F32', [2], new Uint8Array(8))], FILES),
      'INVALID_FORMAT',
      '2 weights for 13 tokens',
    ],
    [
      'weights of another type',
      modelOf([embeddings(), tensor('weights', 'I8', [13], new Uint8Array(13))], FILES),
      'UNSUPPORTED',
      'weights',
    ],
    [
      'a weight that is not finite',
      modelOf([embeddings(), tensor('weights', 'F32', [13], bytes(WEIGHTS.fill(Number.NaN, 4, 5)))], FILES),
      'INVALID_FORMAT',
      'the weight of token 4 is NaN',
    ],
    [
      'a weight that no float32 is near',
      modelOf([embeddings(), tensor('weights', 'F64', [13], bytes(new Float64Array(13).fill(1e300)))], FILES),
      'INVALID_FORMAT',
      'the weight of token 0 is 1e+300',
    ],
    [
      'a tokenizer.json whose pattern would hang',
      modelOf([embeddings()], {
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
      modelOf([embeddings()], { 'tokenizer.json': [] }),
      'INVALID_FORMAT',
      'tokenizer.json: it is not a JSON object. Put the right one there, or pass { tokenizer }.',
    ],
    [
      'a mapping to no row',
      modelOf([embeddings(), tensor('mapping', 'I32', [1], bytes(Int32Array.of(13)))], FILES),
      'INVALID_FORMAT',
      'token 0 the row 13',
    ],
    [
      'rows that are not finite',
      modelOf([embeddings(ROWS.map((value, i) => (i === 7 ? Number.NaN : value)))], FILES),
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
    const source = modelOf(
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
    const source = modelOf([tensor('embeddings', 'I64', [1, 1], new Uint8Array(8))], FILES)
    await expect(openStaticModel(source)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/these are read: F32, F16, BF16, I8, .*F64/),
      details: { tensor: 'embeddings', dtype: 'I64' },
    })
  })
  test('odd options', async () => {
    using model = await openStaticModel(modelOf([embeddings()], FILES))
    const odd = { tokenizer: { encode: 5 } as never }
    await expect(openStaticModel(modelOf([embeddings()], FILES), odd)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('got Object'),
    })
    expect(() => model.embed('a', { maxTokens: 1.5 })).toThrow('1.5')
    expect(() => model.embed('a', { dimension: 6 })).toThrow('at most 5')
    expect(() => model.embed(7 as unknown as string)).toThrow('got 7')
  })
})
