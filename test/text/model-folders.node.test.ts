/** Static models in the folders that model2vec and sentence-transformers write. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { encodeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { openStaticModel } from '../../src/text.ts'

const ROWS = Float32Array.of(3, 4, 0, 2)
const TOKENIZER = {
  version: '1.0',
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'Whitespace' },
  post_processor: null,
  decoder: null,
  model: { type: 'WordLevel', vocab: { cat: 0, dog: 1 }, unk_token: 'dog' },
}
const NORMALIZE = { idx: 1, name: '1', path: '1_Normalize', type: 'sentence_transformers.models.Normalize' }
const STATIC = { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.StaticEmbedding' }

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function folderOf(files: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), 'rowspace-model-'))
  folders.push(folder)
  for (const [name, value] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), value instanceof Uint8Array ? value : JSON.stringify(value))
  }
  return folder
}

function tensors(name: string): Uint8Array {
  const bytes = new Uint8Array(ROWS.buffer)
  return Buffer.concat([...encodeSafetensors([{ name, dtype: 'F32', shape: [2, 2], bytes }])])
}

const MODEL2VEC = { 'model.safetensors': tensors('embeddings'), 'tokenizer.json': TOKENIZER }
const NESTED = {
  '0_StaticEmbedding/model.safetensors': tensors('embedding.weight'),
  '0_StaticEmbedding/tokenizer.json': TOKENIZER,
}

test.each<[string, Record<string, unknown>, string, boolean]>([
  ['model2vec', { ...MODEL2VEC, 'config.json': { normalize: true } }, '', true],
  ['model2vec without normalize', { ...MODEL2VEC, 'config.json': {} }, '', false],
  ['sentence-transformers', { ...NESTED, 'modules.json': [STATIC, NORMALIZE] }, '', true],
  ['sentence-transformers, not normalised', { ...NESTED, 'modules.json': [STATIC] }, '', false],
  ['sentence-transformers without modules.json', NESTED, '/', false],
  ['the inner folder', { ...NESTED, 'modules.json': [STATIC, NORMALIZE] }, '/0_StaticEmbedding', true],
  [
    'the inner file',
    { ...NESTED, 'modules.json': [STATIC, NORMALIZE] },
    '/0_StaticEmbedding/model.safetensors',
    true,
  ],
  [
    'the tenth folder',
    {
      '10_StaticEmbedding/model.safetensors': tensors('embedding.weight'),
      '10_StaticEmbedding/tokenizer.json': TOKENIZER,
      'modules.json': [STATIC, NORMALIZE],
    },
    '/10_StaticEmbedding/model.safetensors',
    true,
  ],
  [
    'a file of a longer name, whose modules.json lies beside it',
    {
      '0_StaticEmbedding/model.safetensors.old': tensors('embedding.weight'),
      '0_StaticEmbedding/tokenizer.json': TOKENIZER,
      '0_StaticEmbedding/modules.json': [STATIC, NORMALIZE],
    },
    '/0_StaticEmbedding/model.safetensors.old',
    true,
  ],
  [
    'a step whose name only begins with Normalize',
    { ...MODEL2VEC, 'modules.json': [STATIC, { ...NORMALIZE, type: 'models.NormalizeLater' }] },
    '',
    false,
  ],
])('%s', async (_, files, beneath, normalize) => {
  using model = await openStaticModel(folderOf(files) + beneath)
  expect(model.normalize).toBe(normalize)
  expect([...model.embed('cat')]).toEqual(normalize ? [3, 4].map((value) => Math.fround(value / 5)) : [3, 4])
})

test('a folder of neither names what it lacks', async () => {
  const folder = folderOf({ 'config.json': {} })
  await expect(openStaticModel(folder)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: `"${folder}" has neither model.safetensors nor 0_StaticEmbedding/model.safetensors.`,
  })
})

test('its error has the cause of the first, and names the folder without trailing slashes', async () => {
  const folder = folderOf({ 'config.json': {} })
  const error: unknown = await openStaticModel(`${folder}//`).catch((error: unknown) => error)
  expect(error).toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining(`"${folder}" has neither`),
    details: { reason: 'EISDIR' },
    cause: { name: 'RowspaceError', details: { reason: 'EISDIR' } },
  })
})

test('a file that is not there is no folder that lacks something', async () => {
  const missing = join(folderOf({}), 'missing.safetensors')
  await expect(openStaticModel(missing)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.not.stringContaining('has neither'),
  })
})

test.each([
  ['model.safetensors', ''],
  ['modules.json', '/0_StaticEmbedding'],
])('a folder in the place of %s is an error, and not passed over', async (name, beneath) => {
  const folder = folderOf({ ...NESTED, [`${name}/inside`]: {} })
  await expect(openStaticModel(folder + beneath)).rejects.toMatchObject({
    name: 'RowspaceError',
    details: { reason: 'EISDIR' },
  })
})

test.each(['config.json', 'modules.json'])(
  'a %s that is no JSON is an error, not a default',
  async (name) => {
    const folder = folderOf(MODEL2VEC)
    writeFileSync(join(folder, name), '{')
    await expect(openStaticModel(folder)).rejects.toMatchObject({
      code: 'INVALID_FORMAT',
      message: expect.stringContaining(name),
    })
  },
)
