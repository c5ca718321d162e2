/** gensim's questions against the oracle, on any table; and what they refuse. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type KeyedExpression, KeyedVectors } from '../../src/keyed-vectors.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { expectFloats, expectMatches } from '../oracle/expect.ts'
import { cosineScore } from '../oracle/float32.ts'
import { cosmulAll, meanOf } from '../oracle/keyed-vectors.ts'
import { searchAll } from '../oracle/search.ts'
import { makeTable, randomNumbers } from '../oracle/tables.ts'

const cases = fc.record({
  size: fc.integer({ min: 4, max: 120 }),
  dimension: fc.integer({ min: 1, max: 40 }),
  kind: fc.constantFrom('plain' as const, 'grid' as const, 'model' as const),
  seed: fc.integer({ min: 0, max: 2 ** 30 }),
  topn: fc.integer({ min: 0, max: 20 }),
  restrictVocab: fc.option(fc.integer({ min: 0, max: 130 }), { nil: undefined }),
})

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
      const asked = questions.map((terms) => ({
        positive: terms.filter(({ weight }) => weight > 0).map(({ id, weight }) => [id, weight] as const),
        negative: terms
          .filter(({ weight }) => weight < 0)
          .map(({ id, weight }) => [`w${id}`, weight] as const),
      }))
      const options = { topn, restrictVocab }
      const batch = vectors.mostSimilarBatch(asked, options)
      for (const [index, terms] of questions.entries()) {
        const weighted = terms.map(({ id, weight }) => ({ vector: rows[id]!, weight, normalize: true }))
        const query = meanOf(ordered(weighted), true)
        const allowed = (id: number) => terms.every((term) => term.id !== id) && id < (restrictVocab ?? size)
        const expected = searchAll(rows, query, { k: topn, metric: 'cosine', allowed })
        expectMatches(vectors.mostSimilar(asked[index]!, options), expected)
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

const EAST_AND_NORTH = [1, 0, 0.6, 0.8, 0, 2, -1, 0, 0, 0]
const TOKENS = ['east', 'between', 'north', 'west', 'nothing']
const small = async () =>
  new KeyedVectors(await EmbeddingTable.from(EAST_AND_NORTH, { dimension: 2, tokens: TOKENS }))

describe('by hand', () => {
  test('keys', async () => {
    const vectors = await small()
    expect([vectors.length, vectors.vectorSize]).toEqual([5, 2])
    expect([vectors.has('east'), vectors.has('up'), vectors.has(4), vectors.has(5)]).toEqual([
      true,
      false,
      true,
      false,
    ])
    expect([vectors.getIndex('north'), vectors.getIndex('up', -1)]).toEqual([2, -1])
    expect([...vectors.getVector('north', { norm: true })]).toEqual([0, 1])
    expect([...vectors.getVector('nothing', { norm: true })]).toEqual([0, 0])
  })
  test('similarities', async () => {
    const vectors = await small()
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
    expect([...vectors.distances([2, 0], ['west', 'between'])]).toEqual([
      2,
      Math.fround(1 - Math.fround(0.6)),
    ])
  })
  test('the odd one, and how central the others are', async () => {
    const vectors = await small()
    expect(vectors.doesntMatch(['east', 'between', 'west', 'up'])).toBe('west')
    const ranked = vectors.rankByCentrality(['west', 'east', 'between'])
    expect(ranked.map(({ key }) => key)).toEqual(['between', 'east', 'west'])
    expect(ranked[0]!.similarity).toBeCloseTo(1, 6)
    expect(vectors.doesntMatch(['north'])).toBe('north')
    expect(vectors.rankByCentrality(['north'], { useNorm: false })[0]!.similarity).toBeCloseTo(2, 6)
  })
  test('how central rows are, by their direction or as long as they are; zeros stay at 0', async () => {
    const vectors = await small()
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
    const vectors = await small()
    // east's two nearest: between 0.6 and, of north and nothing at 0, north
    expect(vectors.relativeCosineSimilarity('east', 'between', { topn: 2 })).toBeCloseTo(1, 6)
  })
  test('clip', async () => {
    const vectors = await small()
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
    const vectors = await small()
    const both = { positive: ['east', 'north'], negative: ['east'] }
    expect(vectors.mostSimilar(both).at(0)!.token).toBe('between')
    expect(vectors.mostSimilar(both).length).toBe(3)
  })
  test('tables of other tables', async () => {
    const vectors = await small()
    const some = await vectors.vectorsForAll(['west', 'up', 'north', 'west'])
    expect([some.length, some.table.token(0), some.table.token(1)]).toEqual([2, 'west', 'north'])
    const normalize = await vectors.unitNormalizeAll()
    expect([...normalize.getVector('north'), ...normalize.getVector('nothing')]).toEqual([0, 1, 0, 0])
    for (const counts of [
      [1, 5, 2, 5, 0],
      new Map([
        ['east', 1],
        ['between', 5],
        ['north', 2],
        ['west', 5],
      ]),
    ]) {
      const sorted = await vectors.sortByDescendingFrequency(counts)
      expect([0, 1, 2, 3, 4].map((id) => sorted.table.token(id))).toEqual([
        'between',
        'west',
        'north',
        'east',
        'nothing',
      ])
      expect([...sorted.getVector('west')]).toEqual([-1, 0])
    }
  })
  test('a weight counts as written, in negative too', async () => {
    const vectors = await small()
    const ask = (negative: KeyedExpression['negative']) =>
      vectors.mostSimilar({ positive: ['between'], negative }).toArray()
    expect(ask([['west', -1]])).toEqual(ask(['west']))
    expect(ask([['west', 1]])).toEqual(vectors.mostSimilar({ positive: ['between', 'west'] }).toArray())
    expect(ask(['west'])).not.toEqual(ask([['west', 1]]))
    expect(vectors.mostSimilar({ positive: [['north', -2]] }).at(0)!.token).not.toBe('north')
    const batch = vectors.mostSimilarBatch([{ positive: ['between'], negative: [['west', -1]] }])
    expect(batch[0]!.toArray()).toEqual(ask(['west']))
  })
  test('one key or vector for positive or negative', async () => {
    const vectors = await small()
    const list = vectors.mostSimilar({ positive: ['east', 'north'], negative: ['west'] }).toArray()
    expect(vectors.mostSimilar({ positive: ['east', 'north'], negative: 'west' }).toArray()).toEqual(list)
    expect(vectors.mostSimilar({ positive: 'east' }).toArray()).toEqual(vectors.mostSimilar('east').toArray())
    expect(vectors.mostSimilar({ positive: 0 }).toArray()).toEqual(vectors.mostSimilar('east').toArray())
    const row = vectors.getVector('west')
    expect(vectors.mostSimilarCosmul({ positive: 'east', negative: row }).at(0)!.token).toBe('between')
    expect(vectors.mostSimilar({ positive: [new Float64Array([1, 0]) as never], negative: [] }).length).toBe(
      5,
    )
  })
  test('tables of more rows than are copied at once', async () => {
    const size = 2500
    const { flat } = makeTable(size, 3, 'grid', 8)
    flat.fill(Number.NaN, 3 * 1500, 3 * 1500 + 1)
    const table = await EmbeddingTable.from(flat, { dimension: 3, nonFinite: 'skip' })
    const counts = Array.from({ length: size }, (_, id) => id)
    const sorted = (await new KeyedVectors(table).sortByDescendingFrequency(counts)).table
    for (let id = 0; id < size; id++) expect(sorted.row(id)).toEqual(table.row(size - 1 - id))
    expect([sorted.skipped, sorted.isSkipped(size - 1 - 1500)]).toEqual([1, true])
  })
  test('wmdistance asks for whole amounts, and divides the cost by them', async () => {
    const vectors = await small()
    const asked: string[] = []
    const solved = (Status: string) => ({
      solve: (problem: string) => {
        asked.push(problem)
        return { Status, ObjectiveValue: 12 }
      },
    })
    const texts = [
      ['east', 'east', 'north'],
      ['west', 'between'],
    ] as const
    expect(await vectors.wmdistance(...texts, { solver: solved('Optimal') })).toBe(12 / (3 * 2))
    // two of three words east, of two west and between: 4 and 2 go to 3 and 3
    expect([...asked[0]!.matchAll(/ = (\d+)/g)].map(([, amount]) => amount)).toEqual(['4', '2', '3', '3'])
    await expect(vectors.wmdistance(...texts, { solver: solved('Infeasible') })).rejects.toThrow(
      'was not solved: Infeasible',
    )
  })
  test('wmdistance asks no solver for what it knows: no words, or one word that both have', async () => {
    const vectors = await small()
    expect(await vectors.wmdistance(['up'], ['east'])).toBe(Number.POSITIVE_INFINITY)
    expect(await vectors.wmdistance(['east'], ['up', 'down'])).toBe(Number.POSITIVE_INFINITY)
    expect(await vectors.wmdistance(['east', 'east'], ['up', 'east'])).toBe(0)
  })
  test.each([
    [['east'], ['north']],
    [['east'], ['east', 'north']],
    [
      ['east', 'north'],
      ['east', 'east'],
    ],
    [
      ['east', 'north'],
      ['east', 'west'],
    ],
  ])('wmdistance asks the solver for %j and %j', async (text, other) => {
    const vectors = await small()
    const solver = { solve: () => ({ Status: 'Optimal', ObjectiveValue: text.length * other.length }) }
    expect(await vectors.wmdistance(text, other, { solver })).toBe(1)
  })
  test('wmdistance goes by rows of length 1 unless told', async () => {
    const vectors = await small()
    const costs = async (options: object) => {
      let asked = ''
      const solve = (problem: string) => {
        asked = problem
        return { Status: 'Optimal', ObjectiveValue: 0 }
      }
      await vectors.wmdistance(['east'], ['north'], { solver: { solve }, ...options })
      return Number(/obj: (\S+) x_0_0/.exec(asked)?.[1])
    }
    expect(await costs({})).toBeCloseTo(Math.SQRT2, 6)
    expect(await costs({ norm: true })).toBeCloseTo(Math.SQRT2, 6)
    expect(await costs({ norm: false })).toBeCloseTo(Math.sqrt(5), 6)
  })
  test('rows that were not finite are in no 3CosMul answer', async () => {
    const table = await EmbeddingTable.from([1, 0, Number.NaN, 1, 0, 1], { dimension: 2, nonFinite: 'skip' })
    expect(new KeyedVectors(table).mostSimilarCosmul(0).map(({ id }) => id)).toEqual([2])
  })
})

describe('rows that were not finite', () => {
  // c, of NaN, reads as zeros: its cosine would be 0, above that of d
  const TOKENS = ['a', 'b', 'c', 'd', 'e']
  const ROWS = [1, 0, 1, 1, Number.NaN, 1, -1, -0.5, 0, -1]
  const made = async () =>
    new KeyedVectors(await EmbeddingTable.from(ROWS, { dimension: 2, tokens: TOKENS, nonFinite: 'skip' }))
  test('are in no answer', async () => {
    const vectors = await made()
    expect([...vectors.closerThan('a', 'd')]).toEqual([1, 4])
    expect([vectors.rank('a', 'd'), vectors.rank('a', 'b')]).toEqual([3, 1])
    expect(vectors.mostSimilarToGiven('a', ['d', 'c'])).toBe('d')
    expect(vectors.doesntMatch(['a', 'b', 'c'])).not.toBe('c')
    expect(vectors.rankByCentrality(['a', 'c']).map(({ key }) => key)).toEqual(['a'])
    expect([...vectors.getMeanVector(['a', 'c'])]).toEqual([1, 0])
    expect(vectors.nSimilarity(['a', 'c'], ['a'])).toBe(1)
  })
  test('are no words of an evaluation', async () => {
    const vectors = await made()
    const pairs = 'a b 1\na d 2\nb d 3\na c 4\n'
    expect(vectors.evaluateWordPairs(pairs)).toMatchObject({ pairs: 3, outOfVocabulary: 1 })
    const found = await vectors.evaluateWordAnalogies(': s\na b c d\na b d e\n')
    expect([found.outOfVocabulary, found.correct + found.incorrect]).toEqual([1, 1])
  })
  test('are no words of a text', async () => {
    const vectors = await made()
    const solver = {
      solve: (problem: string) => ({ Status: 'Optimal', ObjectiveValue: problem.split('x_').length }),
    }
    const distance = (text: string[]) => vectors.wmdistance(text, ['b'], { solver })
    expect(await distance(['a', 'c'])).toBe(await distance(['a']))
    expect(await distance(['c'])).toBe(Number.POSITIVE_INFINITY)
  })
  test('stay out of tables made from theirs', async () => {
    const vectors = await made()
    const derived = [
      await vectors.vectorsForAll(['c', 'a', 'b', 'd']),
      await vectors.unitNormalizeAll(),
      await vectors.sortByDescendingFrequency([1, 2, 9, 3, 4]),
    ]
    for (const { table } of derived) {
      expect(table.skipped).toBe(1)
      const found = table.nearest('a', { k: 9 }).toArray()
      expect(found.length).toBe(table.size - 2)
      expect(found.map(({ token }) => token)).not.toContain('c')
      expect([...table.row('c')]).toEqual([0, 0])
    }
    await expect(vectors.unitNormalizeAll({ nonFinite: 'reject' })).rejects.toMatchObject({
      code: 'NON_FINITE',
    })
  })
  test.each<[string, (vectors: KeyedVectors) => unknown]>([
    ['mostSimilar', (v) => v.mostSimilar(['a', 'c'])],
    ['mostSimilarCosmul', (v) => v.mostSimilarCosmul({ positive: ['a'], negative: ['c'] })],
    ['getMeanVector', (v) => v.getMeanVector(['a', 'c'], { ignoreMissing: false })],
    ['mostSimilarToGiven', (v) => v.mostSimilarToGiven('a', ['c'])],
  ])('%s refuses to ask with one', async (_, ask) => {
    const vectors = await made()
    expect(() => ask(vectors)).toThrow(expect.objectContaining({ code: 'ZERO_QUERY' }))
  })
})

describe('refusals', () => {
  const refusals: [string, (vectors: KeyedVectors) => unknown, string, string][] = [
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
      'got "1" for "east"',
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
      'the list of vectors',
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
      'a text must be a list of keys; got "east"',
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
    ['no keys for a mean', (v) => v.getMeanVector([]), 'EMPTY_QUERY', 'empty list'],
    ['a string for keys', (v) => v.getMeanVector('east'), 'INVALID_ARGUMENT', 'list of keys'],
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
    [
      'topn 0 to compare with',
      (v) => v.relativeCosineSimilarity(0, 1, { topn: 0 }),
      'INVALID_K',
      'topn is 0',
    ],
  ]
  test.each(refusals)('%s', async (_, ask, code, message) => {
    const vectors = await small()
    const answer = (async () => ask(vectors))()
    await expect(answer).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })
})
