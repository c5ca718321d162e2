/** A small static model in model2vec's layout, and the reference's steps in plain TypeScript. */
import { expect } from 'vitest'
import type { TensorToWrite } from '../../src/formats/safetensors/writer.ts'
import { randomNumbers } from '../oracle/tables.ts'

export const TOKENS = [
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
export const WORDPIECE = {
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
export const UNIGRAM_STEPS = {
  version: '1.0',
  added_tokens: [],
  normalizer: null,
  post_processor: null,
  pre_tokenizer: METASPACE,
  decoder: METASPACE,
}
export const D = 5
const random = randomNumbers(11)
export const ROWS = Float32Array.from({ length: TOKENS.length * D }, () => random() * 2 - 1)
export const TEXTS = ['A small cat', 'wild cats, dogs', 'xyzzy', '', 'Café xyzzy cat']
/** What the tokenizer makes of them, unknown ones dropped. */
export const IDS = [[4, 5, 6], [8, 6, 7, 10, 9, 7], [], [], [11, 12, 6]]

export function bytes(
  numbers: Float32Array | Float64Array | Int8Array | Int32Array | BigInt64Array | Uint16Array,
): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}

export const embeddings = (rows = ROWS, size = TOKENS.length): TensorToWrite => ({
  name: 'embeddings',
  dtype: 'F32',
  shape: [size, D],
  bytes: bytes(rows),
})

/** What sentence-transformers writes of a model whose vectors have length 1. */
export const MODULES = [
  { idx: 0, name: '0', path: '0_StaticEmbedding', type: 'sentence_transformers.models.StaticEmbedding' },
  { idx: 1, name: '1', path: '1_Normalize', type: 'sentence_transformers.models.Normalize' },
]

export const FILES = {
  'tokenizer.json': WORDPIECE,
  'config.json': { model_type: 'model2vec', normalize: true },
}

/** The reference's steps. */
export function reference(
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

export function expectClose(actual: Float32Array, expected: readonly number[], digits = 6): void {
  expect(actual.length).toBe(expected.length)
  for (const [index, value] of expected.entries())
    expect(actual[index], `number ${index}`).toBeCloseTo(value, digits)
}
