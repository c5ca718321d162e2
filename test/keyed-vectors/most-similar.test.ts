/** Most similar rows, by 3CosAdd and 3CosMul: against the oracle on any table, and by hand. */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { CosmulSearch } from '../../src/keyed-vectors/cosmul.ts'
import { readTopnOptions } from '../../src/keyed-vectors/search-options.ts'
import { type KeyedExpression, KeyedVectors } from '../../src/keyed-vectors.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { expectMatches } from '../oracle/expect.ts'
import { cosmulAll, meanOf } from '../oracle/keyed-vectors.ts'
import { searchAll } from '../oracle/search.ts'
import { makeTable, randomNumbers } from '../oracle/tables.ts'
import { compass } from './compass.ts'
import { cases } from './random-cases.ts'

const tokensOf = (size: number) => Array.from({ length: size }, (_, id) => `w${id}`)

test('mostSimilar, one by one and in a batch', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ size, dimension, kind, seed, topn, restrictVocab }) => {
      const { flat, rows } = makeTable(size, dimension, kind, seed)
      const table = await EmbeddingTable.from(flat, { dimension, tokens: tokensOf(size) })
      const vectors = new KeyedVectors(table)
      const random = randomNumbers(seed + 1)
      const id = () => Math.floor(random() * size)
      const questions = Array.from({ length: 5 }, () => {
        const terms = Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
          id: id(),
          weight: (random() < 0.5 ? 1 : -1) * (1 + Math.floor(random() * 3)),
        }))
        return terms
      }).filter((terms) => {
        const weighted = terms.map(({ id, weight }) => ({ vector: rows[id]!, weight, normalize: true }))
        return meanOf(ordered(weighted), true).some((value) => value !== 0)
      })
      const expressions = questions.map((terms) => ({
        positive: terms.filter(({ weight }) => weight > 0).map(({ id, weight }) => [id, weight] as const),
        negative: terms
          .filter(({ weight }) => weight < 0)
          .map(({ id, weight }) => [`w${id}`, weight] as const),
      }))
      const options = { topn, restrictVocab }
      const batch = vectors.mostSimilarBatch(expressions, options)
      for (const [index, terms] of questions.entries()) {
        const weighted = terms.map(({ id, weight }) => ({ vector: rows[id]!, weight, normalize: true }))
        const query = meanOf(ordered(weighted), true)
        const allowed = (id: number) => terms.every((term) => term.id !== id) && id < (restrictVocab ?? size)
        const expected = searchAll(rows, query, { k: topn, metric: 'cosine', allowed })
        expectMatches(vectors.mostSimilar(expressions[index]!, options), expected)
        expectMatches(batch[index]!, expected)
      }
    }),
  )
})

/** Positive terms come first in the sum. */
const ordered = <Term extends { weight: number }>(terms: readonly Term[]) => [
  ...terms.filter(({ weight }) => weight > 0),
  ...terms.filter(({ weight }) => weight < 0),
]

test('mostSimilarCosmul', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ size, dimension, kind, seed, topn, restrictVocab }) => {
      const { flat, rows } = makeTable(size, dimension, kind, seed)
      const vectors = new KeyedVectors(await EmbeddingTable.from(flat, { dimension }))
      const random = randomNumbers(seed + 2)
      const some = (minScore: number) =>
        Array.from({ length: minScore + Math.floor(random() * 3) }, () => Math.floor(random() * size))
      const [positive, negative] = [some(1), some(0)]
      const inputs = [...positive, ...negative]
      const allowed = (id: number) => !inputs.includes(id) && id < (restrictVocab ?? size)
      const rowsOf = (ids: number[]) => ids.map((id) => rows[id]!)
      const expected = cosmulAll(rows, rowsOf(positive), rowsOf(negative), allowed).slice(0, topn)
      const found = vectors.mostSimilarCosmul({ positive, negative }, { topn, restrictVocab })
      expect(found.map(({ id, score }) => ({ id, score }))).toEqual(expected)
    }),
  )
})

test('clip', async () => {
  const vectors = await compass()
  const tokens = (options: object) =>
    vectors
      .mostSimilar('east', options)
      .toArray()
      .map(({ token }) => token)
  expect(tokens({ clipStart: 2 })).toEqual(['north', 'nothing', 'west'])
  expect(tokens({ clipStart: 1, clipEnd: 3 })).toEqual(['between', 'north'])
  expect(tokens({ restrictVocab: 2, clipStart: 2 })).toEqual(['between'])
  expect(vectors.similarByKey('east', { topn: 1 }).at(0)!.token).toBe('between')
  expect(vectors.similarByVector([3, 0], { topn: 1 }).at(0)!.token).toBe('east')
})
test('a word both positive and negative', async () => {
  const vectors = await compass()
  const both = { positive: ['east', 'north'], negative: ['east'] }
  expect(vectors.mostSimilar(both).at(0)!.token).toBe('between')
  expect(vectors.mostSimilar(both).length).toBe(3)
})

test('a weight counts as written, in negative too', async () => {
  const vectors = await compass()
  const without = (negative: KeyedExpression['negative']) =>
    vectors.mostSimilar({ positive: ['between'], negative }).toArray()
  expect(without([['west', -1]])).toEqual(without(['west']))
  expect(without([['west', 1]])).toEqual(vectors.mostSimilar({ positive: ['between', 'west'] }).toArray())
  expect(without(['west'])).not.toEqual(without([['west', 1]]))
  expect(vectors.mostSimilar({ positive: [['north', -2]] }).at(0)!.token).not.toBe('north')
  const batch = vectors.mostSimilarBatch([{ positive: ['between'], negative: [['west', -1]] }])
  expect(batch[0]!.toArray()).toEqual(without(['west']))
})
test('one key or vector for positive or negative', async () => {
  const vectors = await compass()
  const list = vectors.mostSimilar({ positive: ['east', 'north'], negative: ['west'] }).toArray()
  expect(vectors.mostSimilar({ positive: ['east', 'north'], negative: 'west' }).toArray()).toEqual(list)
  expect(vectors.mostSimilar({ positive: 'east' }).toArray()).toEqual(vectors.mostSimilar('east').toArray())
  expect(vectors.mostSimilar({ positive: 0 }).toArray()).toEqual(vectors.mostSimilar('east').toArray())
  const row = vectors.getVector('west')
  expect(vectors.mostSimilarCosmul({ positive: 'east', negative: row }).at(0)!.token).toBe('between')
  expect(vectors.mostSimilar({ positive: [new Float64Array([1, 0]) as never], negative: [] }).length).toBe(5)
})

test('3CosMul computes the cosines of a word once, as long as there is room for them', async () => {
  const { table } = await compass()
  const scores = vi.spyOn(table, 'scores')
  const ofQuestions = (search: CosmulSearch) => {
    scores.mockClear()
    for (const negative of ['west', 'north', 'west']) search.search({ positive: ['east'], negative }, {})
    return scores.mock.calls.map(([query]) => table.token(Number(query)))
  }
  expect(ofQuestions(new CosmulSearch(table))).toEqual(['east', 'west', 'north'])
  const column = 4 * table.size
  expect(ofQuestions(new CosmulSearch(table, 3 * column))).toEqual(['east', 'west', 'north'])
  expect(ofQuestions(new CosmulSearch(table, 2 * column))).toEqual(['east', 'west', 'north', 'east', 'west'])
})

test('rows at most: none, or all that there are', async () => {
  const vectors = await compass()
  for (const [topn, length] of [
    [0, 0],
    [2, 2],
    [Number.MAX_SAFE_INTEGER, 4],
  ]) {
    expect(vectors.mostSimilar('east', { topn }).length).toBe(length)
    expect(vectors.mostSimilarCosmul('east', { topn }).length).toBe(length)
  }
})

test('a range of all rows is no filter', async () => {
  const { table } = await compass()
  const isAll = (options: object) => readTopnOptions(table, options).filter === undefined
  expect([{}, { restrictVocab: 5 }, { clipEnd: 9 }, { clipStart: 0, clipEnd: 5 }].map(isAll)).toEqual(
    Array(4).fill(true),
  )
  expect([{ restrictVocab: 4 }, { clipStart: 1 }, { clipEnd: 4 }].map(isAll)).toEqual(Array(3).fill(false))
  expect(isAll({ restrictVocab: Number.POSITIVE_INFINITY })).toBe(true)
})
