/** Evaluations: the files, what is folded, what is left out, progress and cancelling. */
import { describe, expect, test } from 'vitest'
import { KeyedVectors, parseAnalogies, parsePairs } from '../../src/keyed-vectors.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'

describe('files', () => {
  test('analogies', () => {
    expect(
      parseAnalogies(': first one\r\na b c d\n\nfive words are too many\nnot enough\n: empty\n'),
    ).toEqual([
      { section: 'first one', questions: [{ a: 'a', b: 'b', c: 'c', expected: 'd' }] },
      { section: 'empty', questions: [] },
    ])
    expect(() => parseAnalogies('a b c d')).toThrow('line 1 of the analogies comes before the first section')
  })
  test('spaces and tabs between and around the words of analogies, and lines of nothing else', () => {
    expect(parseAnalogies('\n \n:  spaced out \n \t\n a  b\tc   d \n')).toEqual([
      { section: 'spaced out', questions: [{ a: 'a', b: 'b', c: 'c', expected: 'd' }] },
    ])
    expect(() => parseAnalogies('\n\na b c d')).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^line 3 /), details: { line: 3 } }),
    )
  })
  test('pairs', () => {
    const text = '# a note\ntiger\tcat\t7.35\nbad line\nlove  sex 6.77\nx y z\nx y \n'
    expect(parsePairs(text)).toEqual([
      { a: 'tiger', b: 'cat', score: 7.35 },
      { a: 'love', b: 'sex', score: 6.77 },
    ])
    expect(parsePairs('New York,city,5\na b,c', ',')).toEqual([{ a: 'New York', b: 'city', score: 5 }])
  })
})

describe('what is no file', () => {
  test.each<[string, () => unknown, string]>([
    ['analogies', () => parseAnalogies(5 as never), 'analogies must be the text of a file; got 5'],
    ['pairs', () => parsePairs(undefined as never), 'pairs must be the text of a file; got undefined'],
    ['sections', async () => (await made()).evaluateWordAnalogies(null as never), 'got null'],
    [
      'questions',
      async () => (await made()).evaluateWordAnalogies([{ section: 's' }] as never),
      'section 0 is Object',
    ],
    [
      'words',
      async () => (await made()).evaluateWordAnalogies([{ section: 's', questions: [{ a: 'a' }] }] as never),
      'section 0 is Object',
    ],
    ['pairs as a number', async () => (await made()).evaluateWordPairs(7 as never), 'got 7'],
    [
      'a pair without a score',
      async () => (await made()).evaluateWordPairs([{ a: 'a', b: 'b' }] as never),
      'pair 0 is Object',
    ],
    [
      'restrictVocab',
      async () => (await made()).evaluateWordPairs('a b 1', { restrictVocab: 1.5 }),
      'got 1.5',
    ],
  ])('%s', async (_, attempt, message) => {
    await expect((async () => attempt())()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    })
  })
})

/** A square: king − man + woman = queen. KING in capitals is another row, of no use, that comes later. */
const TOKENS = ['king', 'queen', 'man', 'woman', 'KING', 'apple']
const ROWS = [1, 1, 1, 1, -1, 1, -1, 1, 1, -1, -1, 1, 1, 1, 1, 0.1, 0.1, -1]
const made = async () => new KeyedVectors(await EmbeddingTable.from(ROWS, { dimension: 3, tokens: TOKENS }))
const QUESTIONS = ': family\nman king woman queen\nMan King Woman apple\nman king boy girl\n: none\n'

describe('analogies', () => {
  test.each(['mostSimilar', 'mostSimilarCosmul'] as const)('%s', async (similarityFunction) => {
    const vectors = await made()
    const result = await vectors.evaluateWordAnalogies(QUESTIONS, { similarityFunction })
    expect(result).toMatchObject({ score: 0.5, correct: 1, incorrect: 1, outOfVocabulary: 1 })
    expect(
      result.sections.map(({ section, correct, incorrect }) => [section, correct.length, incorrect.length]),
    ).toEqual([
      ['family', 1, 1],
      ['none', 0, 0],
    ])
    expect(result.sections[0]!.correct[0]).toEqual({ a: 'man', b: 'king', c: 'woman', expected: 'queen' })
  })
  test('case: the first of two rows counts, and the other is no answer', async () => {
    const rows = [1, 0, 0, 1, 1, 0.05, 0.9, 0.2]
    const tokens = ['a', 'b', 'A', 'c']
    const vectors = new KeyedVectors(await EmbeddingTable.from(rows, { dimension: 2, tokens }))
    const evaluate = (caseInsensitive: boolean) =>
      vectors.evaluateWordAnalogies(': s\nb a b c\n', { caseInsensitive })
    expect((await evaluate(true)).correct).toBe(1)
    expect((await evaluate(false)).correct).toBe(0)
  })
  test('as written: KING is a row of its own', async () => {
    const vectors = await made()
    const result = await vectors.evaluateWordAnalogies(QUESTIONS, { caseInsensitive: false })
    expect(result).toMatchObject({ correct: 1, incorrect: 0, outOfVocabulary: 2 })
  })
  test('unknown words as wrong answers', async () => {
    const vectors = await made()
    const result = await vectors.evaluateWordAnalogies(QUESTIONS, { dummy4unknown: true })
    expect(result).toMatchObject({ correct: 1, incorrect: 2, outOfVocabulary: 1 })
  })
  test('restrictVocab takes rows out of questions and answers alike', async () => {
    const vectors = await made()
    expect(await vectors.evaluateWordAnalogies(QUESTIONS, { restrictVocab: 3 })).toMatchObject({
      correct: 0,
      incorrect: 0,
      outOfVocabulary: 3,
      score: 0,
    })
  })
  test('progress, and a signal between two steps', async () => {
    const vectors = await made()
    const many = `: s\n${'man king woman queen\n'.repeat(200)}`
    const seen: number[] = []
    await vectors.evaluateWordAnalogies(many, { onProgress: ({ done, total }) => seen.push(done / total) })
    expect(seen.at(-1)).toBe(1)
    expect(seen.length).toBeGreaterThan(2)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(vectors.evaluateWordAnalogies(many, { signal })).rejects.toThrow('enough')
    const odd = { similarityFunction: 'cosadd' as 'mostSimilar' }
    await expect(vectors.evaluateWordAnalogies(many, odd)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})

describe('tables of subword tokens', () => {
  // the token inside a word comes first, and is another row
  const tokensOf = (mark: string) => ['king', ...TOKENS.map((token) => `${mark}${token}`)]
  const ofSubwords = async (mark: string) =>
    new KeyedVectors(
      await EmbeddingTable.from([-1, -1, 0.5, ...ROWS], { dimension: 3, tokens: tokensOf(mark) }),
    )
  test.each(['▁', ' '])('marked by %j: a word means the token that begins it', async (mark) => {
    const vectors = await ofSubwords(mark)
    expect(await vectors.evaluateWordAnalogies(QUESTIONS)).toMatchObject({ correct: 1, incorrect: 1 })
    const pairs = 'king queen 8\nman woman 9\nman apple 1\n'
    expect(vectors.evaluateWordPairs(pairs)).toEqual((await made()).evaluateWordPairs(pairs))
  })
  test('a key is the token that begins a word, and the mark alone stays a token', async () => {
    const vectors = await ofSubwords('▁')
    expect([vectors.getIndex('king'), vectors.table.id('king')]).toEqual([1, 1])
    const tokens = ['▁', 'a', 'b']
    const mark = new KeyedVectors(await EmbeddingTable.from([1, 0, 0, 1, 1, 1], { dimension: 2, tokens }))
    expect(mark.evaluateWordPairs('▁ a 1\na b 2\n').outOfVocabulary).toBe(0)
  })
  test.each(['a ', ' a', 'a\u00a0', '\u3000a', 'a\n', '\ta', '▁a', 'a'])(
    '%j is found as the word a',
    async (token) => {
      const tokens = [token, '', '\u007f', 'é~', '!']
      const rows = [1, 0, 0, 1, 1, 1, 2, 1, 1, 2]
      const vectors = new KeyedVectors(await EmbeddingTable.from(rows, { dimension: 2, tokens }))
      const list = ['a', '', '\u007f', 'é~', '!'].map((b, score) => ({ a: 'A', b, score }))
      expect(vectors.evaluateWordPairs(list)).toMatchObject({ pairs: 5, outOfVocabulary: 0 })
    },
  )
  test('the token inside a word is no answer where another row begins that word', async () => {
    const tokens = [' a', ' b', ' c', 'd', ' e', ' d', 'f']
    const rows = [1, 0, 0, 1, 1, 0.1, 0.1, 1, 0.2, 0.95, -1, 0, 0, -1]
    const vectors = new KeyedVectors(await EmbeddingTable.from(rows, { dimension: 2, tokens }))
    // d is the nearest, and passed over for e; f, which begins no word, is known all the same
    const evaluate = (expected: string) => vectors.evaluateWordAnalogies(`: s\na b c ${expected}\n`)
    expect([(await evaluate('e')).correct, (await evaluate('d')).correct]).toEqual([1, 0])
    expect((await evaluate('f')).outOfVocabulary).toBe(0)
  })
  test('nor is a row without a token', async () => {
    const names = ['a', 'b', 'c', 'd']
    const tokens = {
      size: 5,
      idOf: (token: string) => names.indexOf(token),
      tokenOf: (id: number) => names[id],
      tokenize: () => [],
    }
    const rows = [1, 0, 0, 1, 1, 0.1, -1, 0, 0.1, 1]
    const vectors = new KeyedVectors(await EmbeddingTable.from(rows, { dimension: 2, tokens }))
    expect(await vectors.evaluateWordAnalogies(': s\na b c d\n')).toMatchObject({ correct: 1, incorrect: 0 })
  })
})

describe('pairs', () => {
  const PAIRS = 'King queen 8\nman woman 9\nman apple 1\nboy girl 9\n'
  test('known ones are compared, the others counted', async () => {
    const result = (await made()).evaluateWordPairs(PAIRS)
    expect(result).toMatchObject({ pairs: 3, outOfVocabulary: 1, outOfVocabularyRatio: 0.25 })
    expect(result.spearman.statistic).toBeGreaterThan(0.8)
  })
  test('or compared as of similarity 0', async () => {
    const tokens = ['a', 'b', 'c']
    const table = await EmbeddingTable.from([1, 0, 0.6, 0.8, -1, 0], { dimension: 2, tokens })
    const evaluate = (text: string) =>
      new KeyedVectors(table).evaluateWordPairs(text, { dummy4unknown: true }).pearson.statistic
    expect(evaluate('a b 6\na c -10\na x 0\n')).toBeCloseTo(1, 6)
    expect((await made()).evaluateWordPairs(PAIRS, { dummy4unknown: true })).toMatchObject({
      pairs: 4,
      outOfVocabulary: 1,
    })
  })
  test('of rows that differ by case the first counts', async () => {
    const tokens = ['a', 'b', 'A', 'c']
    const table = await EmbeddingTable.from([1, 0, 0, 1, 0, 1, 0.1, 1], { dimension: 2, tokens })
    const evaluate = (text: string) => new KeyedVectors(table).evaluateWordPairs(text).pearson.statistic
    // a and b are at right angles, A and b the same
    expect(evaluate('A B 1\nb c 5\n')).toBeCloseTo(1, 6)
  })
  test('words are compared in upper case, as gensim does: STRASSE is straße', async () => {
    const vectors = new KeyedVectors(
      await EmbeddingTable.from([1, 0, 1, 1, 0, 1], { dimension: 2, tokens: ['straße', 'weg', 'haus'] }),
    )
    const text = 'STRASSE weg 3\nstrasse haus 1\nweg haus 2\n'
    expect(vectors.evaluateWordPairs(text)).toMatchObject({ pairs: 3, outOfVocabulary: 0 })
  })
  test('no pairs, no tokens', async () => {
    const vectors = await made()
    expect(() => vectors.evaluateWordPairs('nothing here')).toThrow('there are no pairs')
    const bare = new KeyedVectors(await EmbeddingTable.from(ROWS, { dimension: 3 }))
    expect(() => bare.evaluateWordPairs(PAIRS)).toThrow('no tokens')
  })
})
