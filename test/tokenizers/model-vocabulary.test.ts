/** Rows named by the tokenizer.json beside a model: readable, found by what is read, and padded or short tables. */
import { describe, expect, test } from 'vitest'
import { openTable } from '../../src/open/open-table.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { ModelVocabulary } from '../../src/tokenizers/model-vocabulary.ts'
import { rejection } from '../formats/files.ts'
import { countOpen, modelSource } from './model-source.ts'

const BYTE_LEVEL = {
  added_tokens: [{ id: 6, content: '<|end|>', special: true }],
  pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'ByteLevel', add_prefix_space: false }] },
  decoder: { type: 'ByteLevel' },
  model: {
    type: 'BPE',
    vocab: { k: 0, Ġ: 1, Ġk: 2, Ã: 3, 'Ã©': 4, Ċ: 5 },
    merges: ['Ġ k', 'Ã ©'],
  },
}

const SENTENCEPIECE = {
  normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
  decoder: { type: 'Sequence', decoders: [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }] },
  model: {
    type: 'BPE',
    vocab: { '<unk>': 0, k: 1, '▁': 2, '▁k': 3, '<0x0A>': 4 },
    merges: ['▁ k'],
    unk_token: '<unk>',
  },
}

const UNIGRAM = {
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
  decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
  model: {
    type: 'Unigram',
    unk_id: 0,
    vocab: [
      ['<unk>', 0],
      ['▁king', -1],
      ['s', -2],
      ['▁', -3],
    ],
  },
}

const WORDPIECE = {
  model: { type: 'WordPiece', vocab: { '[UNK]': 0, king: 1, '##s': 2 }, unk_token: '[UNK]' },
}

/** A model of so many rows, with a tokenizer beside it. */
function model(tokenizer: unknown, rows: number, name = 'model.embed_tokens.weight'): ByteSource {
  const numbers = Float32Array.from({ length: rows * 2 }, (_, index) => Math.cos(index) + 2)
  const bytes = new Uint8Array(numbers.buffer)
  return modelSource([{ name, dtype: 'F32', shape: [rows, 2], bytes }], { 'tokenizer.json': tokenizer })
}

const tokensOf = async (tokenizer: unknown, rows: number) => {
  using table = await openTable(model(tokenizer, rows))
  return Array.from({ length: rows }, (_, id) => table.token(id))
}

describe('tokens are readable', () => {
  test('byte-level', async () => {
    expect(await tokensOf(BYTE_LEVEL, 7)).toEqual(['k', ' ', ' k', '<0xC3>', 'é', '\n', '<|end|>'])
  })

  test('sentencepiece, and Unigram', async () => {
    expect(await tokensOf(SENTENCEPIECE, 5)).toEqual(['<unk>', 'k', ' ', ' k', '<0x0A>'])
    expect(await tokensOf(UNIGRAM, 4)).toEqual(['<unk>', ' king', 's', ' '])
  })

  test('of tokens that read alike the smallest id is found, whatever their order', () => {
    const vocabulary = new ModelVocabulary(
      [2, 0, 1].map((id) => ({ id, written: `w${id}`, readable: 'same' })),
      3,
    )
    expect([vocabulary.idOf('same'), vocabulary.idOf('w2')]).toEqual([0, 2])
  })

  test('plain ones are no bytes', async () => {
    const { model: inner } = WORDPIECE
    const vocab = { '[UNK]': 0, Ġk: 1, café: 2 }
    expect(await tokensOf({ model: { ...inner, vocab } }, 3)).toEqual(['[UNK]', 'Ġk', 'café'])
  })

  test('WordPiece as it is', async () => {
    expect(await tokensOf(WORDPIECE, 3)).toEqual(['[UNK]', 'king', '##s'])
  })

  test('and found as they are read, without their space, and as the model writes them', async () => {
    using table = await openTable(model(UNIGRAM, 4))
    expect([' king', 'king', '▁king'].map((name) => table.id(name))).toEqual([1, 1, 1])
    expect(table.nearest('king', { k: 1 }).toArray()[0]?.token).toBe(
      table.token(table.nearest(1, { k: 1 }).ids[0]!),
    )
    expect((await rejection(Promise.resolve().then(() => table.id('queen')))).code).toBe('UNKNOWN_TOKEN')
  })
})

test('every letter of a byte-level vocabulary is its byte', async () => {
  // printable bytes stand for themselves, the others are 256 and on, in their order
  const isPrintable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
  const bytes = Array.from({ length: 256 }, (_, byte) => byte)
  const others = bytes.filter((byte) => !isPrintable(byte))
  const letters = bytes.map((byte) =>
    String.fromCharCode(isPrintable(byte) ? byte : 256 + others.indexOf(byte)),
  )
  const vocab = Object.fromEntries(letters.map((letter, id) => [letter, id]))
  const names = await tokensOf(
    { ...BYTE_LEVEL, added_tokens: [], model: { type: 'BPE', vocab, merges: [] } },
    256,
  )
  const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0')
  expect(names).toEqual(bytes.map((byte) => (byte < 128 ? String.fromCharCode(byte) : `<0x${hex(byte)}>`)))
})

test('an added token is as it is written, even where its id has another name', async () => {
  const added_tokens = [{ id: 1, content: 'Ġ<x>' }]
  expect(await tokensOf({ ...BYTE_LEVEL, added_tokens }, 3)).toEqual(['k', 'Ġ<x>', ' k'])
})

test.each<[string, object, string]>([
  ['a decoder', { decoder: { type: 'ByteLevel' } }, ' k'],
  ['a pre-tokenizer', { pre_tokenizer: { type: 'ByteLevel' } }, ' k'],
  ['a step of a sequence', { normalizer: { type: 'Sequence', normalizers: [{ type: 'ByteLevel' }] } }, ' k'],
  [
    'a replacement of something else',
    { normalizer: { type: 'Replace', pattern: { String: 'a' }, content: 'b' } },
    'Ġk',
  ],
  ['another kind that names ▁', { decoder: { type: 'Strip', content: '▁' } }, 'Ġk'],
])('%s shows how tokens are written', async (_, step, name) => {
  expect((await tokensOf({ ...step, model: { type: 'BPE', vocab: { Ġk: 0 }, merges: [] } }, 1))[0]).toBe(name)
})

test.each<[string, object, string]>([
  ['a replacement by ▁', { normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' } }, ' k'],
  ['Metaspace', { pre_tokenizer: { type: 'Metaspace' } }, ' k'],
  ['a replacement of something else', { normalizer: { type: 'Replace', content: 'b' } }, '▁k'],
  ['another kind that names ▁', { decoder: { type: 'Strip', content: '▁' } }, '▁k'],
])('%s shows whether ▁ is a space', async (_, step, name) => {
  expect((await tokensOf({ ...step, model: { type: 'BPE', vocab: { '▁k': 0 }, merges: [] } }, 1))[0]).toBe(
    name,
  )
})

describe('texts are split', () => {
  test.each([
    ['byte-level', BYTE_LEVEL, 'k ké', ['k', ' k', 'é']],
    ['sentencepiece', SENTENCEPIECE, 'k k', ['k', ' k']],
  ])('%s', async (_, tokenizer, text, expected) => {
    using table = await openTable(model(tokenizer, 7))
    const split = table.vocabulary!.tokenize(text)
    expect(split.map((each) => each.text)).toEqual(expected)
    expect(split.map(({ id }) => table.token(id!))).toEqual(expected)
  })

  test('by a tokenizer whose pattern would hang, at spaces: an unknown name is an error at once', async () => {
    const pre_tokenizer = { type: 'Split', pattern: { Regex: '(\\p{L}+)+\\d' }, behavior: 'Isolated' }
    using table = await openTable(model({ ...SENTENCEPIECE, pre_tokenizer }, 5))
    const name = `k ${'a'.repeat(60)}`
    expect(table.vocabulary!.tokenize(name)).toEqual([
      { text: 'k', id: 1 },
      { text: ` ${'a'.repeat(60)}`, id: undefined },
    ])
    expect((await rejection(Promise.resolve().then(() => table.id(name)))).code).toBe('UNKNOWN_TOKEN')
  })

  test('by a tokenizer that the library does not know, at spaces', () => {
    const vocabulary = new ModelVocabulary([{ id: 0, written: 'king', readable: 'king' }], 1, () => {
      throw new Error('unknown model')
    })
    expect(vocabulary.tokenize('king odd')).toEqual([
      { text: 'king', id: 0 },
      { text: ' odd', id: undefined },
    ])
  })

  test('by WordPiece, without steps of its own', async () => {
    const wordPiece = { ...WORDPIECE.model, continuing_subword_prefix: '##', max_input_chars_per_word: 100 }
    using table = await openTable(model({ model: wordPiece }, 3))
    expect(table.vocabulary?.tokenize('kings')).toEqual([
      { text: 'king', id: 1 },
      { text: '##s', id: 2 },
    ])
  })

  test('without the tokens that are put around a text', async () => {
    const post_processor = {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '[UNK]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '[UNK]': { id: '[UNK]', ids: [0], tokens: ['[UNK]'] } },
    }
    using table = await openTable(model({ ...WORDPIECE, post_processor }, 3))
    expect(table.vocabulary?.tokenize('king').map(({ id }) => id)).toEqual([1])
  })

  test('a tokenizer that cannot be made is tried once', () => {
    let tries = 0
    const vocabulary = new ModelVocabulary([{ id: 0, written: 'king', readable: 'king' }], 1, () => {
      tries++
      throw new Error('unknown model')
    })
    for (let round = 0; round < 3; round++)
      expect(vocabulary.tokenize('king')).toEqual([{ text: 'king', id: 0 }])
    expect(tries).toBe(1)
  })

  test('at spaces, a word is found without the spaces before it', () => {
    const vocabulary = new ModelVocabulary([{ id: 0, written: 'king', readable: 'king' }], 1)
    expect(vocabulary.tokenize('  king\n\tking')).toEqual([
      { text: 'king', id: 0 },
      { text: 'king', id: 0 },
    ])
    expect(vocabulary.tokenize(' ')).toEqual([])
  })

  test('without the library at spaces', () => {
    const vocabulary = new ModelVocabulary([{ id: 0, written: '▁king', readable: ' king' }], 1)
    expect(vocabulary.tokenize('  king')).toEqual([{ text: ' king', id: 0 }])
    expect(vocabulary.tokenize('king queen')).toEqual([
      { text: ' king', id: 0 },
      { text: ' queen', id: undefined },
    ])
  })
})

test('every file that was opened beside the model is closed', async () => {
  const counted = countOpen(model(WORDPIECE, 3))
  using table = await openTable(counted.source)
  expect([table.token(1), counted.open()]).toEqual(['king', 0])
})

describe('vocabulary and table of different lengths', () => {
  test('a padded table has rows without a token', async () => {
    using table = await openTable(model(WORDPIECE, 8))
    expect(table.vocabulary).toMatchObject({ size: 8, unnamedRows: 5, tokensBeyond: 0 })
    expect(table.token(7)).toBeUndefined()
    expect(table.nearest('king', { k: 8 })).toHaveLength(7)
  })

  test('a vocabulary that is longer has tokens without a row', async () => {
    using table = await openTable(model(BYTE_LEVEL, 4))
    expect(table.vocabulary).toMatchObject({ size: 4, unnamedRows: 0, tokensBeyond: 3 })
    expect(table.vocabulary!.tokenize('é')[0]).toEqual({ text: 'Ã©', id: undefined })
  })

  test('rows of another tensor are not tokens', async () => {
    using table = await openTable(model(BYTE_LEVEL, 4, 'wpe.weight'), { tensor: 'wpe.weight' })
    expect(table.vocabulary).toBeUndefined()
  })
})

test('a tokenizer.json that is wrong says what is, in one line', async () => {
  const messages: [unknown, RegExp][] = [
    [
      '{',
      /^tokenizer\.json: it is not JSON: .*\. Put the right one there, take it away, or pass \{ tokens \}\.$/,
    ],
    [[], /^tokenizer\.json: it is not a JSON object\. Put/],
    [{}, /^tokenizer\.json: it has no vocabulary \(model\.vocab\)\. Put/],
    [
      { model: { vocab: { a: -1 } } },
      /^tokenizer\.json: its vocabulary has \["a",-1\]; a token and its id were expected\. Put/,
    ],
    [{ model: { vocab: [[7, 0]] } }, /its vocabulary has \[7,0\];/],
    [{ ...WORDPIECE, added_tokens: [null] }, /its vocabulary has \[null,null\];/],
    [{ model: { vocab: { ['x'.repeat(200)]: -1 } } }, /its vocabulary has \["x{78};/],
  ]
  for (const [tokenizer, message] of messages) {
    expect((await rejection(openTable(model(tokenizer, 3)))).message).toMatch(message)
  }
})

test.each([
  ['no JSON', '{'],
  ['a list', []],
  ['no vocabulary', {}],
  ['a model that is none', { model: null }],
  ['an id that is too large', { model: { vocab: { a: 2 ** 53 } } }],
  ['an id that is none', { model: { vocab: { a: -1 } } }],
  ['a token that is none', { model: { vocab: [[7, 0]] } }],
  ['an added token without an id', { ...WORDPIECE, added_tokens: [{ content: 'x' }] }],
])('a tokenizer.json of %s is rejected; the caller’s own tokens come before it', async (_, tokenizer) => {
  const error = await rejection(openTable(model(tokenizer, 3)))
  expect(error).toMatchObject({
    code: 'INVALID_FORMAT',
    message: expect.stringMatching(/^tokenizer\.json: .*tokens/),
  })
  using table = await openTable(model(tokenizer, 3), { tokens: ['a', 'b', 'c'] })
  expect(table.id('c')).toBe(2)
})
