/** What is rejected, and what the errors say. */
import { expect, test } from 'vitest'
import { KeyedVectors } from '../../src/keyed-vectors.ts'
import { compass } from './compass.ts'

const rejected: [string, (vectors: KeyedVectors) => unknown, string, string][] = [
  [
    'topn below 0',
    (v) => v.mostSimilar('east', { topn: -1 }),
    'INVALID_K',
    'topn must be an integer ≥ 0; got -1.',
  ],
  [
    'half a topn',
    (v) => v.mostSimilarCosmul('east', { topn: 0.5 }),
    'INVALID_K',
    'topn must be an integer ≥ 0; got 0.5.',
  ],
  ['no terms', (v) => v.mostSimilar({}), 'EMPTY_QUERY', 'at least one'],
  ['an empty list', (v) => v.mostSimilar([]), 'EMPTY_QUERY', 'at least one'],
  [
    'terms that cancel',
    (v) => v.mostSimilar({ positive: ['east'], negative: ['east'] }),
    'ZERO_QUERY',
    'zeros',
  ],
  ['a list that may be a vector', (v) => v.mostSimilar([1, 2]), 'INVALID_ARGUMENT', 'Float32Array'],
  [
    'topn among the terms',
    (v) => v.mostSimilar({ positive: ['east'], topn: 3 } as never),
    'INVALID_ARGUMENT',
    'unknown key "topn" in the terms',
  ],
  [
    'no terms at all',
    (v) => v.mostSimilar(null as never),
    'INVALID_ARGUMENT',
    'the terms must be an object; got null',
  ],
  [
    'a positive that is none',
    (v) => v.mostSimilar({ positive: true as never }),
    'INVALID_ARGUMENT',
    'positive must be a key, a Float32Array or a list of them; got true',
  ],
  [
    'a negative that is none',
    (v) => v.mostSimilar({ negative: {} as never }),
    'INVALID_ARGUMENT',
    'negative must be a key',
  ],
  [
    'a weight as text',
    (v) => v.mostSimilar({ negative: [['east', '1' as never]] }),
    'INVALID_ARGUMENT',
    'the weight of "east" must be a finite number; got "1".',
  ],
  [
    'a term of three',
    (v) => v.mostSimilar({ positive: [['east', 1, 2] as never] }),
    'INVALID_ARGUMENT',
    'an array of 3',
  ],
  ['a symbol for a key', (v) => v.getIndex(Symbol('x') as never), 'INVALID_ARGUMENT', 'got Symbol(x)'],
  ['no vector', (v) => v.similarByVector(undefined as never), 'INVALID_ARGUMENT', 'got undefined'],
  [
    'no table',
    () => new KeyedVectors(undefined as never),
    'INVALID_ARGUMENT',
    'a table must be an EmbeddingTable; got undefined',
  ],
  ['no counts', (v) => v.sortByDescendingFrequency(null as never), 'INVALID_ARGUMENT', 'got null'],
  [
    'a Map of no counts',
    (v) => v.sortByDescendingFrequency(new Map([['east', Number.NaN]])),
    'INVALID_ARGUMENT',
    'that of "east" is NaN',
  ],
  [
    'no vectors to compare',
    () => KeyedVectors.cosineSimilarities([1], undefined as never),
    'INVALID_ARGUMENT',
    'a list of vectors was expected; got undefined',
  ],
  [
    'no vector to compare',
    () => KeyedVectors.cosineSimilarities(5 as never, [[1]]),
    'INVALID_ARGUMENT',
    'got 5',
  ],
  [
    'a vector among them that is none',
    () => KeyedVectors.cosineSimilarities([1], ['a' as never]),
    'INVALID_ARGUMENT',
    'got "a"',
  ],
  ['a table of no known key', (v) => v.vectorsForAll(['up', 'down']), 'UNKNOWN_TOKEN', 'none of the keys'],
  [
    'a text that is a string',
    (v) => v.wmdistance('east', ['north']),
    'INVALID_ARGUMENT',
    'a list of words was expected; got "east"',
  ],
  [
    'a solver that is none',
    (v) => v.wmdistance(['east'], ['north'], { solver: {} as never }),
    'INVALID_ARGUMENT',
    'got Object',
  ],
  [
    'null for a solver',
    (v) => v.wmdistance(['east'], ['north'], { solver: null as never }),
    'INVALID_ARGUMENT',
    'got null',
  ],
  ['topn as text', (v) => v.mostSimilar('east', { topn: '5' as never }), 'INVALID_K', 'got "5"'],
  ['an unknown word', (v) => v.mostSimilar('eats'), 'UNKNOWN_TOKEN', 'did you mean "east"?'],
  ['a topn that is none', (v) => v.mostSimilar('east', { topn: -1 }), 'INVALID_K', '-1'],
  ['a range that is none', (v) => v.mostSimilar('east', { restrictVocab: 1.5 }), 'INVALID_ARGUMENT', '1.5'],
  [
    '3CosMul without positive terms',
    (v) => v.mostSimilarCosmul({ negative: ['east'] }),
    'EMPTY_QUERY',
    'positive',
  ],
  [
    '3CosMul with weights',
    (v) => v.mostSimilarCosmul({ positive: [['east', 2]] }),
    'INVALID_ARGUMENT',
    'got 2',
  ],
  ['no keys for a mean', (v) => v.getMeanVector([]), 'EMPTY_QUERY', 'the list of keys is empty'],
  ['a string for keys', (v) => v.getMeanVector('east'), 'INVALID_ARGUMENT', 'list of keys'],
  [
    'a number for weights',
    (v) => v.getMeanVector(['east'], { weights: 5 as never }),
    'INVALID_ARGUMENT',
    'weights must be a list of numbers; got 5',
  ],
  [
    'weights too few',
    (v) => v.getMeanVector(['east'], { weights: [] }),
    'LENGTH_MISMATCH',
    '0 weights for 1',
  ],
  [
    'a weight that is not finite',
    (v) => v.getMeanVector(['east'], { weights: [Number.NaN] }),
    'INVALID_ARGUMENT',
    'NaN',
  ],
  ['a missing key', (v) => v.getMeanVector(['up'], { ignoreMissing: false }), 'UNKNOWN_TOKEN', '"up"'],
  ['all keys missing', (v) => v.getMeanVector(['up', 'down']), 'UNKNOWN_TOKEN', 'none of the 2'],
  ['a vector of another length', (v) => v.getMeanVector([[1]]), 'DIMENSION_MISMATCH', '1'],
  ['a vector with NaN', (v) => v.getMeanVector([[1, Number.NaN]]), 'NON_FINITE', 'coordinate 1'],
  ['the odd one of none', (v) => v.doesntMatch([]), 'EMPTY_QUERY', 'empty'],
  ['the odd one of unknown words', (v) => v.doesntMatch(['up', 'down']), 'UNKNOWN_TOKEN', 'none of the 2'],
  ['an empty list to compare', (v) => v.nSimilarity([], ['east']), 'EMPTY_QUERY', 'empty'],
  ['no keys to choose from', (v) => v.mostSimilarToGiven('east', []), 'EMPTY_QUERY', 'empty'],
  [
    'vectors of two lengths',
    () => KeyedVectors.cosineSimilarities([1], [[1, 2]]),
    'DIMENSION_MISMATCH',
    '2 numbers',
  ],
  ['counts too few', (v) => v.sortByDescendingFrequency([1]), 'LENGTH_MISMATCH', '1 counts for 5'],
  [
    'a count that is none',
    (v) => v.sortByDescendingFrequency([1, 2, Number.NaN, 4, 5]),
    'INVALID_ARGUMENT',
    'count 2',
  ],
  ['topn 0 to compare with', (v) => v.relativeCosineSimilarity(0, 1, { topn: 0 }), 'INVALID_K', 'topn is 0'],
]
test.each(rejected)('%s', async (_, attempt, code, message) => {
  const vectors = await compass()
  const answer = (async () => attempt(vectors))()
  await expect(answer).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
})

test('how many numbers there are, and are needed, is in the details', async () => {
  const vectors = await compass()
  const size = vectors.length
  await expect(vectors.sortByDescendingFrequency([1])).rejects.toMatchObject({
    code: 'LENGTH_MISMATCH',
    details: { counts: 1, rows: size },
  })
  expect(() => vectors.getMeanVector(['east', 'north'], { weights: [1] })).toThrow(
    expect.objectContaining({ code: 'LENGTH_MISMATCH', details: { weights: 1, keys: 2 } }),
  )
  expect(() => vectors.mostSimilar('east', { topn: -1 })).toThrow(
    expect.objectContaining({ details: { topn: -1 } }),
  )
})
