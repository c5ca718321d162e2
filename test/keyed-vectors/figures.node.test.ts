/** Figures that gensim publishes or its tests hold, and those of float64 elsewhere, on real tables. */
import { readFileSync } from 'node:fs'
import highs from 'highs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KeyedVectors } from '../../src/keyed-vectors.ts'
import { openTable } from '../../src/open/open-table.ts'
import { isThere, projectPath, sharedPath } from '../shared-data.ts'

const WORD2VEC = sharedPath('word2vec-4812')
const GENSIM = sharedPath('gensim')
const EVAL = sharedPath('eval')
const SUBWORDS = sharedPath('use-lite-8002')
const EMBEDDED = projectPath('data/glove-20k.safetensors')
const GLOVE = projectPath('data/cache/glove-6b-100d.safetensors')

function withVectors(path: string): () => KeyedVectors {
  let vectors: KeyedVectors
  beforeAll(async () => {
    vectors = new KeyedVectors(await openTable(path, { threads: 2 }))
  }, 120_000)
  afterAll(() => vectors?.table.dispose())
  return () => vectors
}

const evalText = (name: string) => readFileSync(`${EVAL}/${name}`, 'utf8')
const words = (matches: Iterable<{ token: string | undefined }>) => Array.from(matches, ({ token }) => token)
const royal = { positive: ['king', 'woman'], negative: ['man'] }

/** Spearman's correlation and how many pairs it is of. */
function spearmanOf(vectors: KeyedVectors, file: string, caseInsensitive: boolean): string {
  const { spearman, pairs } = vectors.evaluateWordPairs(evalText(file), { caseInsensitive })
  return `${spearman.statistic.toFixed(4)} of ${pairs}`
}

describe.skipIf(!isThere(GENSIM))("gensim's own tests, on their euclidean_vectors.bin", () => {
  const vectors = withVectors(`${GENSIM}/euclidean_vectors.bin`)
  const near = ['conflict', 'administration', 'terrorism', 'call', 'israel']

  test('mostSimilar by a word, a list, a vector', () => {
    expect(words(vectors().mostSimilar('war', { topn: 5 }))).toEqual(near)
    expect(words(vectors().mostSimilar(['war'], { topn: 5 }))).toEqual(near)
    expect(words(vectors().similarByKey('war', { topn: 5 }))).toEqual(near)
    const row = vectors().getVector('war')
    expect(words(vectors().similarByVector(row, { topn: 5 }))).toEqual(['war', ...near.slice(0, 4)])
  })
  test('mostSimilarCosmul', () => {
    expect(words(vectors().mostSimilarCosmul('war', { topn: 5 }))).toEqual(near)
  })
  test('restrictVocab', () => {
    const first = Array.from({ length: 6 }, (_, id) => vectors().table.token(id))
    for (const word of words(vectors().mostSimilar('war', { topn: 5, restrictVocab: 5 })))
      expect(first).toContain(word)
  })
  test('closerThan and rank', () => {
    expect(vectors().closerThan('war', 'war').length).toBe(0)
    const closer = [...vectors().closerThan('war', 'terrorism')].map((id) => vectors().table.token(id))
    expect(new Set(closer)).toEqual(new Set(['conflict', 'administration']))
    expect([vectors().rank('war', 'war'), vectors().rank('war', 'terrorism')]).toEqual([1, 3])
  })
  test('similarity and distances', () => {
    expect(vectors().similarity('war', 'war')).toBeCloseTo(1, 6)
    expect(vectors().similarity('war', 'conflict')).toBeCloseTo(0.93305397, 6)
    const [same, conflict] = vectors().distances('war', ['war', 'conflict'])
    expect(same).toBeCloseTo(0, 6)
    expect(conflict).toBeCloseTo(0.06694602, 6)
    expect(vectors().distances('war').length).toBe(vectors().length)
  })
  test('getMeanVector: of unit rows, weighted, before and after', () => {
    const keys = ['conflict', 'administration', 'terrorism', 'call', 'israel']
    const weights = [1, 2, 3, 0.5, -1]
    const normalize = (row: Float32Array | number[]) => {
      const length = Math.hypot(...row)
      return Array.from(row, (value) => value / length)
    }
    const mean = (weights: number[], rows: ArrayLike<number>[]) => {
      const total = weights.reduce((sum, weight) => sum + Math.abs(weight), 0)
      return Array.from(
        rows[0]!,
        (_, i) => rows.reduce((sum, row, j) => sum + weights[j]! * row[i]!, 0) / total,
      )
    }
    const expectClose = (actual: Float32Array, expected: number[]) => {
      for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 6)
    }
    const rows = keys.map((key) => vectors().getVector(key))
    expectClose(vectors().getMeanVector(keys), mean([1, 1, 1, 1, 1], rows.map(normalize)))
    expectClose(vectors().getMeanVector(keys, { weights, preNormalize: false }), mean(weights, rows))
    expectClose(
      vectors().getMeanVector(keys, { weights, postNormalize: true }),
      normalize(mean(weights, rows.map(normalize))),
    )
    const withUnknown = [...keys, 'an out-of-vocabulary word']
    expectClose(vectors().getMeanVector(withUnknown), mean([1, 1, 1, 1, 1], rows.map(normalize)))
    expect(() => vectors().getMeanVector(withUnknown, { ignoreMissing: false })).toThrow('out-of-vocabulary')
  })
  test('vectorsForAll leaves out what it does not have; unit rows; sorted by counts', async () => {
    const keys = ['conflict', 'administration', 'terrorism']
    const some = await vectors().vectorsForAll([...keys, 'an out-of-vocabulary word', 'conflict'])
    expect(keys.map((key) => some.getIndex(key))).toEqual([0, 1, 2])
    expect(some.length).toBe(3)
    expect(some.getVector('terrorism')).toEqual(vectors().getVector('terrorism'))
    const normalize = await some.unitNormalizeAll()
    expect(Math.hypot(...normalize.getVector('conflict'))).toBeCloseTo(1, 6)
    expect(normalize.similarity('conflict', 'terrorism')).toBeCloseTo(
      vectors().similarity('conflict', 'terrorism'),
      6,
    )
    const sorted = await some.sortByDescendingFrequency([1, 3, 2])
    expect([0, 1, 2].map((id) => sorted.table.token(id))).toEqual(['administration', 'terrorism', 'conflict'])
  })
  test('relativeCosineSimilarity of good and nice, beside WordNet’s synonyms', () => {
    const synonyms = (
      'good goodness commodity trade_good full estimable honorable respectable beneficial just upright adept expert practiced proficient ' +
      'skillful skilful dear near dependable safe secure right ripe well effective in_effect in_force serious sound salutary honest ' +
      'undecomposed unspoiled unspoilt thoroughly soundly'
    ).split(' ')
    const known = synonyms
      .filter((word) => vectors().has(word))
      .map((word) => vectors().similarity('good', word))
    const ten = known.sort((a, b) => b - a).slice(0, 10)
    const byWordNet = vectors().similarity('good', 'nice') / ten.reduce((sum, value) => sum + value, 0)
    const relative = vectors().relativeCosineSimilarity('good', 'nice')
    expect(byWordNet).toBeGreaterThanOrEqual(relative)
    expect(byWordNet - relative).toBeLessThan(0.1)
    const nearest = Array.from(vectors().distances('good'), (distance) => 1 - distance)
    const sum = nearest
      .sort((a, b) => b - a)
      .slice(1, 11)
      .reduce((sum, value) => sum + value, 0)
    expect(relative).toBeCloseTo(vectors().similarity('good', 'nice') / sum, 6)
  })
  test('rankByCentrality and nSimilarity, as float64 has them', () => {
    const keys = ['war', 'conflict', 'terrorism', 'good', 'unknown-word']
    const ranked = vectors().rankByCentrality(keys)
    expect(ranked.map(({ key }) => key).at(-1)).toBe('good')
    expect(vectors().doesntMatch(keys)).toBe('good')
    const known = keys.slice(0, 4).map((key) => vectors().getVector(key, { norm: true }))
    const mean = Array.from(known[0]!, (_, i) => known.reduce((sum, row) => sum + row[i]!, 0))
    const cosines = KeyedVectors.cosineSimilarities(mean, known)
    for (const { key, similarity } of ranked) expect(similarity).toBeCloseTo(cosines[keys.indexOf(key)]!, 6)
    const sum = (a: string, b: string) =>
      vectors()
        .getVector(a)
        .map((value, i) => value + vectors().getVector(b)[i]!)
    const [expected] = KeyedVectors.cosineSimilarities(sum('war', 'conflict'), [sum('terrorism', 'good')])
    expect(vectors().nSimilarity(['war', 'conflict'], ['terrorism', 'good'])).toBeCloseTo(expected!, 6)
    expect(vectors().nSimilarity(['war', 'conflict'], ['conflict', 'war'])).toBeCloseTo(1, 6)
  })
  test('mostSimilarToGiven', () => {
    expect(vectors().mostSimilarToGiven('war', ['terrorism', 'call', 'waging'])).toBe('terrorism')
  })
})

describe.skipIf(!isThere(WORD2VEC, EVAL))('4,812 words of GoogleNews word2vec', () => {
  const vectors = withVectors(WORD2VEC)

  test('3CosAdd answers 225 of the 248 covered Google questions, 48 of 56 in family', async () => {
    const { correct, incorrect, sections } = await vectors().evaluateWordAnalogies(
      evalText('questions-words.txt'),
    )
    expect([correct, correct + incorrect]).toEqual([225, 248])
    const family = sections.find(({ section }) => section === 'family')!
    expect([family.correct.length, family.correct.length + family.incorrect.length]).toEqual([48, 56])
  })
  test.each([
    ['EN-WS-353-ALL.txt', '0.7223 of 200'],
    ['EN-SIMLEX-999.txt', '0.4792 of 557'],
    ['EN-MEN-TR-3k.txt', '0.7575 of 1808'],
  ])('%s: Spearman %s pairs', (file, expected) => {
    expect(spearmanOf(vectors(), file, false)).toBe(expected)
  })
  test('in any case one pair more of WordSim is known', () => {
    expect(spearmanOf(vectors(), 'EN-WS-353-ALL.txt', true)).toBe('0.7213 of 201')
  })
})

describe.skipIf(!isThere(SUBWORDS, EVAL))('8,002 subword tokens of Universal Sentence Encoder Lite', () => {
  const vectors = withVectors(SUBWORDS)

  test('a word is the token that begins it: 61.9 % of the Google questions, WordSim 0.681', async () => {
    const { score } = await vectors().evaluateWordAnalogies(evalText('questions-words.txt'))
    expect((100 * score).toFixed(1)).toBe('61.9')
    expect(spearmanOf(vectors(), 'EN-WS-353-ALL.txt', true)).toBe('0.6811 of 204')
  })
})

describe.skipIf(!isThere(EMBEDDED, EVAL))('the default table', () => {
  const vectors = withVectors(EMBEDDED)

  test('answers 8,355 of the 12,363 covered Google questions; WordSim 0.5663', async () => {
    const { correct, incorrect } = await vectors().evaluateWordAnalogies(evalText('questions-words.txt'))
    expect([correct, correct + incorrect]).toEqual([8355, 12_363])
    expect(spearmanOf(vectors(), 'EN-WS-353-ALL.txt', true)).toBe('0.5663 of 324')
  })
})

describe.skipIf(!isThere(GLOVE))('the whole of GloVe 6B 100d, as gensim publishes it', () => {
  const vectors = withVectors(GLOVE)
  const figures = (matches: Iterable<{ token: string | undefined; score?: number; cosine?: number }>) =>
    Array.from(matches, ({ token, score, cosine }) => `${token} ${(score ?? cosine)!.toFixed(4)}`)

  test('most_similar: king − man + woman', () => {
    const expected = ['queen 0.7699', 'monarch 0.6843', 'throne 0.6756', 'daughter 0.6595', 'princess 0.6521']
    expect(figures(vectors().mostSimilar(royal, { topn: 5 }))).toEqual(expected)
  })
  test('most_similar_cosmul', () => {
    const expected = ['queen 0.8965', 'monarch 0.8496', 'throne 0.8447', 'princess 0.8372']
    expect(figures(vectors().mostSimilarCosmul(royal, { topn: 4 }))).toEqual(expected)
  })
  test('similar_by_word: cat', () => {
    const expected = ['dog 0.8798', 'rabbit 0.7424', 'cats 0.7323', 'monkey 0.7289', 'pet 0.7190']
    expect(figures(vectors().similarByKey('cat', { topn: 5 }))).toEqual(expected)
  })
  test('n_similarity, doesnt_match, similarity', () => {
    expect(vectors().nSimilarity(['sushi', 'shop'], ['japanese', 'restaurant']).toFixed(4)).toBe('0.7067')
    expect(vectors().doesntMatch(['breakfast', 'cereal', 'dinner', 'lunch'])).toBe('cereal')
    expect(vectors().similarity('woman', 'man').toFixed(4)).toBe('0.8323')
  })
  test('wmdistance', async () => {
    const [obama, president] = [
      'Obama speaks to the media in Illinois',
      'The president greets the press in Chicago',
    ].map((text) => text.toLowerCase().split(' ')) as [string[], string[]]
    expect((await vectors().wmdistance(obama, president, { norm: false, solver: highs })).toFixed(4)).toBe(
      '3.4893',
    )
    expect((await vectors().wmdistance(obama, president, { solver: highs })).toFixed(4)).toBe('0.6182')
    expect(await vectors().wmdistance(obama, obama, { solver: highs })).toBe(0)
    expect(await vectors().wmdistance(['king'], ['king', 'king'])).toBe(0)
    expect(await vectors().wmdistance(obama, ['qwzx'])).toBe(Number.POSITIVE_INFINITY)
    expect(await vectors().wmdistance([], obama)).toBe(Number.POSITIVE_INFINITY)
  })

  describe.skipIf(!isThere(EVAL))('all 19,544 Google questions', () => {
    const accuracy = async (similarityFunction: 'mostSimilar' | 'mostSimilarCosmul', text: string) => {
      const result = await vectors().evaluateWordAnalogies(text, { similarityFunction })
      const family = result.sections.find(({ section }) => section === 'family')?.correct.length
      return { correct: result.correct, of: result.correct + result.incorrect, family }
    }
    test('3CosAdd answers 12,372, 413 of 506 in family', async () => {
      expect(await accuracy('mostSimilar', evalText('questions-words.txt'))).toEqual({
        correct: 12_372,
        of: 19_544,
        family: 413,
      })
    }, 120_000)
    // all of them (11,628) take a minute: `rowspace eval … --method 3cosmul`
    test('3CosMul answers 394 in family', async () => {
      const family = evalText('questions-words.txt')
        .split(/^(?=: )/m)
        .find((section) => section.startsWith(': family'))!
      expect(await accuracy('mostSimilarCosmul', family)).toEqual({ correct: 394, of: 506, family: 394 })
    }, 60_000)
    test.each([
      ['EN-WS-353-ALL.txt', '0.5327 of 353'],
      ['EN-SIMLEX-999.txt', '0.2975 of 999'],
      ['EN-MEN-TR-3k.txt', '0.6809 of 3000'],
    ])('%s: Spearman %s pairs', (file, expected) => {
      expect(spearmanOf(vectors(), file, true)).toBe(expected)
    })
  })
})
