/** Whose tokens a table's rows are: GPT-2's, those in the file, those of the tokenizer.json beside it, or nobody's. */
import { expect, test } from 'vitest'
import type { OpenTableFile } from '../../src/open/open-table-file.ts'
import { resolveVocabulary } from '../../src/open/resolve-vocabulary.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { ascii } from '../formats/files.ts'

const GPT2 = { size: 50_257, idOf: () => 0, tokenOf: () => 'gpt2', tokenize: () => [] }
const gpt2 = async () => GPT2
const TOKENIZER = { model: { type: 'WordLevel', vocab: { king: 0 }, unk_token: 'king' } }

/** A file whose figures are these, with a tokenizer.json beside it. */
function fileOf(figures: Partial<OpenTableFile>): OpenTableFile {
  return {
    format: 'safetensors',
    dtype: 'f32',
    size: 2,
    dimension: 1,
    headerBytes: 0,
    load: () => expect.fail('loaded'),
    close: async () => {},
    source: {
      ...bytesSource(new Uint8Array(1), 'model'),
      sibling: async (name) =>
        name === 'tokenizer.json' ? bytesSource(ascii(JSON.stringify(TOKENIZER)), name) : undefined,
    },
    ...figures,
  }
}
const nameOf = async (figures: Partial<OpenTableFile>, load = gpt2) =>
  (await resolveVocabulary(fileOf(figures), undefined, load))?.tokenOf(0)

test.each(['wte.weight', 'transformer.wte.weight', 'wte'])(
  '50,257 rows of %s are GPT-2’s tokens',
  async (tensor) => {
    expect(await nameOf({ size: 50_257, tensor })).toBe('gpt2')
  },
)

test.each<[string, Partial<OpenTableFile>]>([
  ['another number of rows', { size: 50_256, tensor: 'wte.weight' }],
  ['another tensor', { size: 50_257, tensor: 'model.embed_tokens.weight' }],
])('%s: the tokenizer beside it', async (_, figures) => {
  expect(await nameOf(figures)).toBe('king')
})

test.each<[string, Partial<OpenTableFile>]>([
  ['a tensor whose name only holds those letters', { size: 50_257, tensor: 'swte.weight' }],
  ['a tensor that is no table of tokens', { tensor: 'wpe.weight' }],
  ['no tensor', { size: 50_257 }],
])('%s: none', async (_, figures) => {
  expect(await nameOf(figures)).toBeUndefined()
})

test('without GPT-2’s tokens at hand its tokenizer.json is read', async () => {
  const file = fileOf({ size: 50_257, tensor: 'wte.weight' })
  expect((await resolveVocabulary(file, undefined))?.tokenOf(0)).toBe('king')
})

test('the tokens in the file come before those beside it', async () => {
  const writtenTokens = { list: ['Ġking', 'Ġqueen'], script: 'byte-level' as const }
  const vocabulary = await resolveVocabulary(
    fileOf({ tensor: 'token_embd.weight', writtenTokens }),
    undefined,
  )
  expect([vocabulary?.tokenOf(0), vocabulary?.idOf('Ġqueen')]).toEqual([' king', 1])
})
