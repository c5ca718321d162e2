/** The tokenizer of a model: what its tokens are, what it leaves out, and the median of their lengths. */
import { describe, expect, test } from 'vitest'
import { openTokenizer } from '../../src/tokenizers/model-tokenizer.ts'

/** Words at spaces, after a [CLS] that no text holds. */
const tokenizerOf = (words: readonly string[], more: object = {}) => ({
  version: '1.0',
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'WhitespaceSplit' },
  post_processor: null,
  decoder: null,
  model: {
    type: 'WordLevel',
    vocab: Object.fromEntries(words.map((word, id) => [word, id])),
    unk_token: words[0],
  },
  ...more,
})
const open = (words: readonly string[], more?: object) =>
  openTokenizer({ name: 'tokenizer.json', tokenizer: tokenizerOf(words, more), config: {} })

test('a text is its tokens, without those that are put around it', async () => {
  const made = await open(['[CLS]', 'cat', 'dog'], {
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '[CLS]': { id: '[CLS]', ids: [0], tokens: ['[CLS]'] } },
    },
  })
  expect(made.encode('dog cat dog')).toEqual([2, 1, 2])
  expect(made.unknownId).toBe(0)
})

test('added tokens are tokens', async () => {
  const added = {
    id: 2,
    content: '<end>',
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  }
  const { tokens } = await open(['cat', 'dog'], { added_tokens: [added] })
  expect([...tokens]).toEqual([
    ['cat', 0],
    ['dog', 1],
    ['<end>', 2],
  ])
})

test.each<[string[], number]>([
  [['aaaaa', 'a', 'aaa'], 3],
  [['aaaaaaaaaaaa', 'a', 'aaaa', 'aa', 'aaa'], 3],
  // (2 + 5) / 2, cut
  [['aaaaa', 'aaaaaaaaa', 'a', 'aa'], 3],
  [['aaaaaa', 'aa'], 4],
  // one letter each, of two UTF-16 units
  [['𝐀𝐁', '𝐀'], 1],
  [['𝐀𝐁𝐂', '𝐀𝐁', '𝐀𝐁𝐃'], 3],
  [['', 'a'], 1],
])('the median length of %j is %i', async (words, length) => {
  expect((await open(words)).medianTokenLength).toBe(length)
})

describe('what is rejected', () => {
  test('a pattern that may hang', async () => {
    const pre_tokenizer = { type: 'Split', pattern: { Regex: '(a+)+b' }, behavior: 'Isolated' }
    await expect(open(['a'], { pre_tokenizer })).rejects.toMatchObject({
      code: 'INVALID_FORMAT',
      message: expect.stringMatching(/cannot be run: the pattern .* Pass \{ tokenizer \} instead\.$/),
    })
  })
  test('a kind that the library does not know, with its own error as the cause', async () => {
    await expect(open(['a'], { model: { type: 'Odd' } })).rejects.toMatchObject({
      code: 'INVALID_FORMAT',
      message: expect.stringContaining('tokenizer.json cannot be read'),
      cause: expect.any(Error),
    })
  })
})
