/** Questions about given keys: against the oracle on any table, and by hand. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyedVectors } from '../../src/keyed-vectors.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { expectFloats } from '../oracle/expect.ts'
import { cosineScore } from '../oracle/float32.ts'
import { meanOf } from '../oracle/keyed-vectors.ts'
import { makeTable } from '../oracle/tables.ts'
import { compass } from './compass.ts'
import { cases } from './random-cases.ts'

test('distances, closerThan, rank, mostSimilarToGiven', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ size, dimension, kind, seed }) => {
      const { flat, rows } = makeTable(size, dimension, kind, seed)
      const vectors = new KeyedVectors(await EmbeddingTable.from(flat, { dimension }))
      const [a, b] = [seed % size, (seed >> 5) % size]
      const cosines = rows.map((row) => cosineScore(row, rows[a]!))
      expectFloats(
        vectors.distances(a),
        cosines.map((cosine) => Math.fround(1 - cosine)),
      )
      const closer = [...cosines.keys()].filter((id) => id !== a && cosines[id]! > cosines[b]!)
      expect([...vectors.closerThan(a, b)]).toEqual(closer)
      expect(vectors.rank(a, b)).toBe(closer.length + 1)
      const given = [b, (b + 1) % size, (b + 2) % size]
      const best = Math.max(...given.map((id) => cosines[id]!))
      expect(vectors.mostSimilarToGiven(a, given)).toBe(given.find((id) => cosines[id] === best))
    }),
  )
})

test('getMeanVector: weights, normalising before and after', async () => {
  await fc.assert(
    fc.asyncProperty(cases, fc.boolean(), fc.boolean(), async ({ size, dimension, seed }, pre, post) => {
      const { flat, rows } = makeTable(size, dimension, 'plain', seed)
      const vectors = new KeyedVectors(await EmbeddingTable.from(flat, { dimension }))
      const keys = [0, 2, 1, Float32Array.from(rows[3]!, (value) => value * 2)]
      const weights = [1, -2, 0.5, 3]
      const terms = keys.map((key, index) => ({
        vector: typeof key === 'number' ? rows[key]! : key,
        weight: weights[index]!,
        normalize: pre && typeof key === 'number',
      }))
      const options = { weights, preNormalize: pre, postNormalize: post }
      expectFloats(vectors.getMeanVector(keys, options), meanOf(terms, post))
    }),
  )
})

test('keys', async () => {
  const vectors = await compass()
  expect([vectors.length, vectors.vectorSize]).toEqual([5, 2])
  expect(['east', 'up', 4, 5, -1, 0.5].map((key) => vectors.has(key))).toEqual([
    true,
    false,
    true,
    false,
    false,
    false,
  ])
  expect([vectors.getIndex('north'), vectors.getIndex('up', -1)]).toEqual([2, -1])
  expect([...vectors.getVector('north', { norm: true })]).toEqual([0, 1])
  expect([...vectors.getVector('nothing', { norm: true })]).toEqual([0, 0])
})
test('similarities', async () => {
  const vectors = await compass()
  expect(vectors.similarity('east', 'between')).toBeCloseTo(0.6, 6)
  expect(vectors.distance('east', 'west')).toBeCloseTo(2, 6)
  // the mean of (1, 0) and (0, 2) is (0.5, 1)
  expect(vectors.nSimilarity(['east', 'north', 'up'], ['east'])).toBeCloseTo(0.5 / Math.hypot(0.5, 1), 6)
  expect([
    ...KeyedVectors.cosineSimilarities(
      [3, 4],
      [
        [4, 3],
        [0, 0],
        [-3, -4],
      ],
    ),
  ]).toEqual([0.96, 0, -1])
  expect([...vectors.distances([2, 0], ['west', 'between'])]).toEqual([2, Math.fround(1 - Math.fround(0.6))])
})
test('the odd one, and how central the others are', async () => {
  const vectors = await compass()
  expect(vectors.doesntMatch(['east', 'between', 'west', 'up'])).toBe('west')
  const ranked = vectors.rankByCentrality(['west', 'east', 'between'])
  expect(ranked.map(({ key }) => key)).toEqual(['between', 'east', 'west'])
  expect(ranked[0]!.similarity).toBeCloseTo(1, 6)
  expect(vectors.doesntMatch(['north'])).toBe('north')
  expect(vectors.rankByCentrality(['north'], { useNorm: false })[0]!.similarity).toBeCloseTo(2, 6)
})
test('how central rows are, by their direction or as long as they are; zeros stay at 0', async () => {
  const vectors = await compass()
  const of = (useNorm: boolean) =>
    new Map(
      vectors
        .rankByCentrality(['east', 'north', 'nothing'], { useNorm })
        .map(({ key, similarity }) => [key, similarity]),
    )
  const [scaled, asTheyAre] = [of(true), of(false)]
  for (const key of ['east', 'north'] as const) expect(scaled.get(key)).toBeCloseTo(Math.SQRT1_2, 6)
  // the mean of [1, 0], [0, 2] and zeros points to [1, 2]
  expect(asTheyAre.get('east')).toBeCloseTo(1 / Math.sqrt(5), 6)
  expect(asTheyAre.get('north')).toBeCloseTo(4 / Math.sqrt(5), 6)
  expect([scaled.get('nothing'), asTheyAre.get('nothing')]).toEqual([0, 0])
})
test('relativeCosineSimilarity', async () => {
  const vectors = await compass()
  // east's two nearest: between 0.6 and, of north and nothing at 0, north
  expect(vectors.relativeCosineSimilarity('east', 'between', { topn: 2 })).toBeCloseTo(1, 6)
})
