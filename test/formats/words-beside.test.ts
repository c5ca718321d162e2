/** Words in a file beside the rows: which file, how it is read, and what is not a list of words. */
import { describe, expect, test } from 'vitest'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { ascii, readTable, rejection } from './files.ts'
import { npy } from './packed-files.ts'

const ARRAY = npy('<f4', [2, 2], Float32Array.of(1, 2, 3, 4))

function array(
  beside: Record<string, string | Uint8Array>,
  name = 'dir/glove.npy',
): ByteSource & { closed: string[] } {
  const closed: string[] = []
  return {
    ...bytesSource(ARRAY, name),
    closed,
    async sibling(name) {
      const content = beside[name]
      if (content === undefined) return undefined
      const source = bytesSource(typeof content === 'string' ? ascii(content) : content, name)
      return { ...source, close: async () => void closed.push(name) }
    },
  }
}

const tokensOf = async (source: ByteSource) => (await readTable(source)).tokens

describe('the file', () => {
  const lists: [string, string][] = [
    ['words.json', '["a", "b"]'],
    ['glove.json', '["c", "d"]'],
    ['words.txt', 'e\nf\n'],
    ['vocab.txt', 'g\nh\n'],
    ['glove.txt', 'i\nj\n'],
  ]

  test('is the first there is, and is closed', async () => {
    for (let first = 0; first < lists.length; first++) {
      const source = array(Object.fromEntries(lists.slice(first)))
      const [name, content] = lists[first]!
      expect(await tokensOf(source)).toEqual(content.match(/[a-j]/g))
      expect(source.closed).toEqual([name])
    }
    expect(await tokensOf(array({}))).toBeUndefined()
  })

  test.each([
    'glove.npy',
    '/a.b/glove.npy',
    'C:\\x\\glove.npy',
    'https://h/p/glove.npy?x=a/b.c#d',
    'glove.npy.gz',
    'glove',
  ])('by the name of %s', async (name) => {
    expect(await tokensOf(array({ 'glove.txt': 'i\nj' }, name))).toEqual(['i', 'j'])
  })

  test.each([
    ['a.gz.npy', 'a.gz.txt'],
    ['a.gzip', 'a.txt'],
    ['a.b.npy.GZ', 'a.b.txt'],
    ['dir/a.npy#b.c', 'a.txt'],
    ['dir\\a.npy', 'a.txt'],
  ])('%s: %s', async (name, words) => {
    expect(await tokensOf(array({ [words]: 'i\nj' }, name))).toEqual(['i', 'j'])
  })

  test('is closed when it is rejected', async () => {
    const source = array({ 'words.json': '[1, 2]' })
    expect((await rejection(openTableFile(source))).code).toBe('INVALID_FORMAT')
    expect(source.closed).toEqual(['words.json'])
  })
})

describe('lines', () => {
  test.each<[string, string, string[]]>([
    ['the last may lack its end', 'a\nb', ['a', 'b']],
    ['CR LF', 'a\r\nb\r\n', ['a', 'b']],
    ['an empty one is an empty word', '\nb\n', ['', 'b']],
    ['spaces belong to words', ' a\nNew York \n', [' a', 'New York ']],
    ['numbers are words', '1\n2.5\n', ['1', '2.5']],
    ['a return within', 'a\rb\nc', ['a\rb', 'c']],
  ])('%s', async (_, text, words) => {
    expect(await tokensOf(array({ 'words.txt': text }))).toEqual(words)
  })

  test('that are not as many as the rows', async () => {
    const error = await rejection(openTableFile(array({ 'words.txt': 'a\nb\nc\n' })))
    expect(error).toMatchObject({ code: 'INVALID_FORMAT', details: { expected: 2, actual: 3 } })
    expect(error.message).toMatch(/words\.txt has 3 words for 2 rows/)
  })

  test('bytes that are not UTF-8', async () => {
    const source = array({ 'words.txt': Uint8Array.of(0x61, 0xff, 0x0a, 0x62) })
    expect(await rejection(openTableFile(source))).toMatchObject({
      code: 'INVALID_ENCODING',
      details: { source: 'words.txt', offset: 1 },
    })
    expect((await readTable(source, { encodingErrors: 'ignore' })).tokens).toEqual(['a', 'b'])
    expect((await readTable(source, { encodingErrors: 'replace' })).tokens).toEqual(['a\ufffd', 'b'])
  })

  test('a word that is too long', async () => {
    const letters = 'x'.repeat(16_383)
    expect(await tokensOf(array({ 'words.txt': `${letters}\nb` }))).toEqual([letters, 'b'])
    expect((await rejection(openTableFile(array({ 'words.txt': `a\n${letters}y` })))).code).toBe(
      'INVALID_FORMAT',
    )
  })

  test('more than a vocabulary holds', async () => {
    const error = await rejection(openTableFile(array({ 'words.txt': new Uint8Array(16_777_217).fill(10) })))
    expect(error.message).toBe('words.txt: it has 16777217 words; at most 16777216 are read.')
  })

  test('a file that is too large for text is not read', async () => {
    const huge = {
      ...bytesSource(ARRAY, 'a.npy'),
      sibling: async (name: string) => ({ name, size: 400_000_001, read: () => expect.fail('read') }),
    }
    expect((await rejection(openTableFile(huge))).message).toMatch(
      /400000001 bytes are too many for a list of words/,
    )
  })
})

describe('a table is not a list of words', () => {
  test.each(['the 1 2\nof 3 4\n', '2 2\nthe 1 2\nof 3 4\n', 'the 1\nof 2\n'])(
    'beside the same rows: %j',
    async (text) => {
      expect(await tokensOf(array({ 'glove.txt': text }))).toBeUndefined()
    },
  )

  test('words.txt and vocab.txt with numbers are rejected', async () => {
    for (const name of ['words.txt', 'vocab.txt']) {
      const error = await rejection(openTableFile(array({ [name]: 'the 1061396\nof 593677\n' })))
      expect(error.code).toBe('INVALID_FORMAT')
      expect(error.message).toMatch(
        /^(words|vocab)\.txt: numbers follow its words; one word per line is expected/,
      )
    }
  })

  test('a few words that end in numbers are words', async () => {
    expect(await tokensOf(array({ 'words.txt': 'Area\nNew York 5' }))).toEqual(['Area', 'New York 5'])
  })
})
