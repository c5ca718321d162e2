/** Which of a repository's files is opened where none is named, and the list that is chosen from. */
import { describe, expect, test } from 'vitest'
import { chooseListed } from '../../src/hub/choose-file.ts'
import { readListing } from '../../src/hub/listing.ts'
import { hubSource } from '../../src/hub.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { rejection } from '../formats/files.ts'
import { hubWith } from './models.ts'

const NAME = { owner: 'a', model: 'b', revision: 'main', file: undefined } as never

test.each<[string, string[], string]>([
  ['bf16 before the others', ['m-Q8_0.gguf', 'm-F16.gguf', 'm-BF16.gguf', 'm-f32.gguf'], 'm-BF16.gguf'],
  ['the first by name of one type', ['z-f16.gguf', 'a-f16.gguf', 'm-f16.gguf'], 'a-f16.gguf'],
  ['the first part', ['m-f16-00002-of-00002.gguf', 'm-f16-00001-of-00002.gguf'], 'm-f16-00001-of-00002.gguf'],
  ['nothing behind .gguf', ['a-f16.gguf.sha256', 'm-f16.gguf'], 'm-f16.gguf'],
  ['a GGUF file of another type where there is no better', ['m-Q4_K.gguf'], 'm-Q4_K.gguf'],
  ['a type that is read before one that is not', ['a-IQ2_M.gguf', 'm-q8_0.gguf'], 'm-q8_0.gguf'],
  ['the more exact of quantised types', ['m-Q2_K.gguf', 'm-IQ4_XS.gguf', 'm-Q4_K_M.gguf'], 'm-Q4_K_M.gguf'],
  ['Q6_K before Q5_K_M, Q5_K_M before Q4_0', ['m-Q4_0.gguf', 'm-Q5_K_M.gguf', 'm-Q6_K.gguf'], 'm-Q6_K.gguf'],
  [
    'IQ4_NL before Q3_K_M, and that before IQ3_M',
    ['m-IQ3_M.gguf', 'm-Q3_K_M.gguf', 'm-IQ4_NL.gguf'],
    'm-IQ4_NL.gguf',
  ],
  ['ternary types', ['m-IQ2_XXS.gguf', 'm-TQ2_0.gguf'], 'm-TQ2_0.gguf'],
  ['MXFP4', ['m-IQ2_XXS.gguf', 'gpt-oss-mxfp4.gguf'], 'gpt-oss-mxfp4.gguf'],
  [
    'a model before what it sees with, and before what a quantiser measured',
    ['mmproj-model-f16.gguf', 'm-imatrix-f16.gguf', 'm-Q4_K_M.gguf'],
    'm-Q4_K_M.gguf',
  ],
  ['the only safetensors file', ['README.md', 'x.safetensors', 'x.safetensors.sha256'], 'x.safetensors'],
])('%s', (_, files, chosen) => {
  expect(chooseListed(NAME, files)).toBe(chosen)
})

test('later parts alone are no choice', () => {
  expect(() => chooseListed(NAME, ['m-f16-00002-of-00002.gguf'])).toThrow(
    expect.objectContaining({ code: 'NOT_FOUND' }),
  )
})

describe('the list', () => {
  const read = (text: string) => readListing(NAME, bytesSource(new TextEncoder().encode(text), 'list'))
  test('holds plain paths alone', async () => {
    const siblings = [{ rfilename: 'a.gguf' }, { rfilename: '../b' }, { rfilename: 5 }, null, {}]
    expect(await read(JSON.stringify({ siblings }))).toEqual(['a.gguf'])
    expect(await read('{}')).toEqual([])
  })
  test('that is no JSON is an error, with its cause', async () => {
    await expect(read('{')).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringContaining('is not JSON.'),
      cause: expect.any(SyntaxError),
    })
  })
})

describe('which file', () => {
  const gguf = { kind: 'text', text: 'GGUF' } as const
  const filesOf = (...names: string[]) => ({
    models: { 'openai/small': { files: Object.fromEntries(names.map((name) => [name, gguf])) } },
  })
  test.each([
    [['model.safetensors.index.json', 'a.gguf'], 'model.safetensors.index.json'],
    [['x-Q4_K_M.gguf', 'x-Q8_0.gguf', 'x-F16.gguf'], 'x-F16.gguf'],
    [['x-F16.gguf', 'x-BF16.gguf'], 'x-BF16.gguf'],
    [['x-Q4_K_M.gguf', 'config.json'], 'x-Q4_K_M.gguf'],
    [['x-Q8_0-00002-of-00002.gguf', 'x-Q8_0-00001-of-00002.gguf'], 'x-Q8_0-00001-of-00002.gguf'],
    [['other.safetensors', 'config.json'], 'other.safetensors'],
  ])('of %j: %s, and again without a request', async (files, chosen) => {
    const { hub, log } = await hubWith(filesOf(...files))
    const open = () => hubSource('hf:openai/small', { hub })
    expect((await open()).name).toBe(`hf:openai/small/${chosen}`)
    const { length } = await log()
    expect((await open()).name).toBe(`hf:openai/small/${chosen}`)
    expect(await log()).toHaveLength(length)
  })
  test('none that fits: the error lists what might', async () => {
    const { hub } = await hubWith(filesOf('a.safetensors', 'b.safetensors', 'config.json'))
    const error = await rejection(hubSource('hf:openai/small', { hub }))
    expect(error.code).toBe('NOT_FOUND')
    expect(error.message).toContain(
      'It has a.safetensors, b.safetensors. Name a file: hf:openai/small/a.safetensors.',
    )
  })
})

describe('a listing that is not what it should be', () => {
  const opening = async (listing: string) => {
    const { hub, log } = await hubWith({ models: { 'openai/small': { files: {}, listing } } })
    const error = await rejection(hubSource('hf:openai/small', { hub }))
    const paths = (await log()).map(({ path }) => path)
    return { error, paths }
  }
  const listed = (...names: unknown[]) =>
    JSON.stringify({ siblings: names.map((rfilename) => ({ rfilename })) })

  test.each([
    '../../x.gguf',
    '../x.gguf',
    'a/../../../x.gguf',
    '..',
    './x.gguf',
    'a/./x.gguf',
    'a//x.gguf',
    '/x.gguf',
    'a/..\\x.gguf',
    '%2e%2e/x.gguf',
    'x.gguf?download=../..',
    'x.gguf#',
    'a\n/x.gguf',
    `${'a/'.repeat(600)}x.gguf`,
  ])('%j is not requested', async (path) => {
    const { error, paths } = await opening(listed(path, 'config.json'))
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringMatching(/Name a file/) })
    expect(paths.map((each) => each.replace(/^\/\d+\//, ''))).toEqual([
      'openai/small/resolve/main/model.safetensors',
      'openai/small/resolve/main/model.safetensors.index.json',
      'api/models/openai/small/revision/main',
    ])
  })

  test('a good file beside a bad one is opened', async () => {
    const gguf = { kind: 'text', text: 'GGUF' } as const
    const { hub } = await hubWith({
      models: {
        'openai/small': { files: { 'b.gguf': gguf }, listing: listed('../a.gguf', 7, null, 'b.gguf') },
      },
    })
    expect((await hubSource('hf:openai/small', { hub })).name).toBe('hf:openai/small/b.gguf')
  })

  test.each([
    '',
    'null',
    '7',
    '"text"',
    '[]',
    '{"siblings":7}',
    '{"siblings":{}}',
    '{"siblings":null}',
    '{',
    '<html>',
  ])('%j: an error that says so', async (listing) => {
    const { error } = await opening(listing)
    expect(error).toMatchObject({
      code: 'IO',
      message: expect.stringMatching(/the list of its files.*Name the file/),
    })
  })

  test.each(['{}', '{"siblings":[]}', '{"siblings":[null,7,"x.gguf",{"rfilename":7},{}]}'])(
    '%j: no file that fits',
    async (listing) => {
      expect((await opening(listing)).error.code).toBe('NOT_FOUND')
    },
  )

  test('of 70 MB is rejected, not read', async () => {
    const { error } = await opening(`{"siblings":[${' '.repeat(70_000_000)}]}`)
    expect(error).toMatchObject({ code: 'IO', message: expect.stringMatching(/the list of its files/) })
  })
})
