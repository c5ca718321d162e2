/** Which of a repository's files is opened where none is named, and the list that is chosen from. */
import { describe, expect, test } from 'vitest'
import { chooseListed } from '../../src/hub/choose-file.ts'
import { readListing } from '../../src/hub/listing.ts'
import { bytesSource } from '../../src/sources/bytes.ts'

const NAME = { owner: 'a', model: 'b', revision: 'main', file: undefined } as never

test.each<[string, string[], string]>([
  ['bf16 before the others', ['m-Q8_0.gguf', 'm-F16.gguf', 'm-BF16.gguf', 'm-f32.gguf'], 'm-BF16.gguf'],
  ['the first by name of one type', ['z-f16.gguf', 'a-f16.gguf', 'm-f16.gguf'], 'a-f16.gguf'],
  ['the first part', ['m-f16-00002-of-00002.gguf', 'm-f16-00001-of-00002.gguf'], 'm-f16-00001-of-00002.gguf'],
  ['nothing behind .gguf', ['a-f16.gguf.sha256', 'm-f16.gguf'], 'm-f16.gguf'],
  ['a GGUF file of another type where there is no better', ['m-Q4_K.gguf'], 'm-Q4_K.gguf'],
  ['a type that is read before one that is not', ['a-Q4_K.gguf', 'm-q8_0.gguf'], 'm-q8_0.gguf'],
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
