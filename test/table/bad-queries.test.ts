/** Bad queries have a code, and a message that names the value; the table answers as before afterwards. */
import { describe, expect, test } from 'vitest'
import { IdSet } from '../../src/core/id-set.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { type Case, expectRejection, failure, type Untyped } from './rejection.ts'

const nan = Number.NaN

describe('a query is rejected', () => {
  const tokens = ['king', ' queen', 'princess', 'man', 'zero']
  const rows = [9, 1, 8, -1, 7, -1, 1, 1, 0, 0]
  const table: Untyped = {}
  const ask = (method: string, ...parameters: unknown[]) => table.current[method](...parameters)
  const nearest = (...parameters: unknown[]) => ask('nearest', ...parameters)

  const cases: Case[] = [
    ['k negative', () => nearest(0, { k: -1 }), 'INVALID_K', 'got -1'],
    ['k fractional', () => nearest(0, { k: 2.5 }), 'INVALID_K', 'got 2.5'],
    ['k NaN', () => nearest(0, { k: nan }), 'INVALID_K', 'got NaN'],
    ['k infinite', () => nearest(0, { k: Infinity }), 'INVALID_K', 'got Infinity'],
    ['k a string', () => nearest(0, { k: '3' }), 'INVALID_K', 'got "3"'],
    ['k past 2^53', () => nearest(0, { k: 2 ** 53 }), 'INVALID_K', 'got 9007199254740992'],
    ['k negative in an analogy', () => ask('analogy', { positive: [0] }, { k: -1 }), 'INVALID_K', 'got -1'],
    ['an unknown metric', () => nearest(0, { metric: 'l2' }), 'INVALID_ARGUMENT', "'cosine' or 'dot'", 'l2'],
    ['an id of |V|', () => nearest(5), 'ID_OUT_OF_RANGE', 'id 5', '5 rows', '0 to 4'],
    ['a negative id', () => nearest(-1), 'ID_OUT_OF_RANGE', 'id -1', '0 to 4'],
    ['a fractional id', () => nearest(0.5), 'ID_OUT_OF_RANGE', 'id 0.5'],
    ['id NaN', () => ask('row', nan), 'ID_OUT_OF_RANGE', 'id NaN'],
    ['an id past 2^32', () => ask('row', 2 ** 32), 'ID_OUT_OF_RANGE', 'id 4294967296'],
    ['an id out of range in token()', () => ask('token', 5), 'ID_OUT_OF_RANGE', 'id 5'],
    ['an id out of range in gather()', () => ask('gather', [0, 9]), 'ID_OUT_OF_RANGE', 'id 9'],
    ['an id out of range in similarity()', () => ask('similarity', 0, 9), 'ID_OUT_OF_RANGE', 'id 9'],
    ['an id out of range in scores()', () => ask('scores', 0, [9]), 'ID_OUT_OF_RANGE', 'id 9'],
    ['an id out of range in exclude', () => nearest(0, { exclude: [9] }), 'ID_OUT_OF_RANGE', 'id 9'],
    [
      'an id out of range in randomIds()',
      () => ask('randomIds', 1, { exclude: [9] }),
      'ID_OUT_OF_RANGE',
      'id 9',
    ],
    ['an id out of range in idSet()', () => ask('idSet', [9]), 'ID_OUT_OF_RANGE', 'id 9'],
    ['an id out of range in an analogy', () => ask('analogy', { negative: [9] }), 'ID_OUT_OF_RANGE', 'id 9'],
    [
      'an unknown token, with the nearest spelling',
      () => nearest('prinsess'),
      'UNKNOWN_TOKEN',
      '"prinsess"',
      'did you mean "princess"',
    ],
    [
      'an unknown token, with how it splits',
      () => nearest('king man'),
      'UNKNOWN_TOKEN',
      '"king man"',
      '"king" 0, "man" 3',
    ],
    ['a token in another case', () => nearest('KING'), 'UNKNOWN_TOKEN', '"KING"', 'did you mean "king"'],
    [
      'an unknown token far from any',
      () => nearest('xylophone'),
      'UNKNOWN_TOKEN',
      /^"xylophone" is not a token of this table\.$/,
    ],
    ['an empty token', () => nearest(''), 'UNKNOWN_TOKEN', '""'],
    ['an empty vector', () => nearest([]), 'EMPTY_QUERY', 'needs 2'],
    ['an empty Float32Array', () => nearest(new Float32Array(0)), 'EMPTY_QUERY', 'needs 2'],
    ['a vector too short', () => nearest([1]), 'DIMENSION_MISMATCH', 'has 1 numbers', 'have 2'],
    [
      'a vector too long',
      () => nearest(new Float32Array(3)),
      'DIMENSION_MISMATCH',
      'has 3 numbers',
      'have 2',
    ],
    ['NaN in a vector', () => nearest([1, nan]), 'NON_FINITE', 'NaN', 'coordinate 1'],
    ['infinity in a vector', () => nearest([-Infinity, 1]), 'NON_FINITE', '-Infinity', 'coordinate 0'],
    ['a number beyond float32', () => nearest([1, 1e39]), 'NON_FINITE', '1e+39', 'coordinate 1'],
    ['a hole in a vector', () => nearest(new Array(2)), 'INVALID_ARGUMENT', 'undefined', 'coordinate 0'],
    ['null in a vector', () => nearest([1, null]), 'INVALID_ARGUMENT', 'null', 'coordinate 1'],
    [
      'a list of tokens as a vector',
      () => nearest(['king', 'man']),
      'INVALID_ARGUMENT',
      '"king"',
      'coordinate 0',
    ],
    [
      'a vector of zeros by cosine',
      () => nearest([0, 0]),
      'ZERO_QUERY',
      'all zeros',
      'undefined',
      "metric 'dot'",
    ],
    ['a row of zeros by cosine', () => nearest('zero'), 'ZERO_QUERY', 'row 4', 'undefined'],
    ['a vector of zeros in similarity()', () => ask('similarity', [0, 0], 1), 'ZERO_QUERY', 'all zeros'],
    [
      'a vector of zeros second in similarity()',
      () => ask('similarity', 1, [0, 0]),
      'ZERO_QUERY',
      'all zeros',
    ],
    ['NaN second in similarity()', () => ask('similarity', 1, [0, nan]), 'NON_FINITE', 'NaN', 'coordinate 1'],
    [
      'a vector too short in similarity()',
      () => ask('similarity', 1, [0]),
      'DIMENSION_MISMATCH',
      'has 1',
      'have 2',
    ],
    [
      'an analogy that cancels out',
      () => ask('analogy', { positive: [0], negative: [0] }),
      'ZERO_QUERY',
      'all zeros',
    ],
    ['no query', () => nearest(), 'INVALID_ARGUMENT', 'got undefined'],
    ['a query of null', () => nearest(null), 'INVALID_ARGUMENT', 'got null'],
    ['an object for a query', () => nearest({ id: 3 }), 'INVALID_ARGUMENT', 'got Object'],
    ['a bigint for a query', () => nearest(3n), 'INVALID_ARGUMENT', 'got 3'],
    ['an odd row in a list', () => ask('gather', [{}]), 'INVALID_ARGUMENT', 'got Object'],
    ['an id where a list is meant, in gather()', () => ask('gather', 3), 'INVALID_ARGUMENT', 'got 3'],
    [
      'a token where a list is meant, in exclude',
      () => nearest(0, { exclude: 'man' }),
      'INVALID_ARGUMENT',
      '"man"',
    ],
    [
      'an id where a list is meant, in exclude',
      () => nearest(0, { exclude: 3 }),
      'INVALID_ARGUMENT',
      'got 3',
    ],
    ['an id where a list is meant, in scores()', () => ask('scores', 0, 3), 'INVALID_ARGUMENT', 'got 3'],
    ['an id where a list is meant, in idSet()', () => ask('idSet', 3), 'INVALID_ARGUMENT', 'got 3'],
    [
      'a filter over another number of rows',
      () => nearest(0, { filter: new IdSet(6) }),
      'INVALID_ARGUMENT',
      '5 rows',
      '6 rows',
    ],
    ['a filter that is a list', () => nearest(0, { filter: [1, 2] }), 'INVALID_ARGUMENT', 'got Array'],
    ['a filter that is null', () => nearest(0, { filter: null }), 'INVALID_ARGUMENT', 'got null'],
    ['no expression', () => ask('analogy'), 'EMPTY_QUERY', 'at least one'],
    [
      'an analogy of nothing',
      () => ask('analogy', { positive: [], negative: [] }),
      'EMPTY_QUERY',
      'at least one',
    ],
    [
      'an analogy of a token outside a list',
      () => ask('analogy', { positive: 'king' }),
      'INVALID_ARGUMENT',
      '"king"',
    ],
    [
      'an analogy with an unknown token',
      () => ask('analogy', { positive: ['kign'] }),
      'UNKNOWN_TOKEN',
      '"kign"',
    ],
    [
      'an analogy with a short vector',
      () => ask('analogy', { positive: [new Float32Array(1)] }),
      'DIMENSION_MISMATCH',
      'has 1',
      'have 2',
    ],
    [
      'an analogy with an array of numbers',
      () => ask('analogy', { positive: [[1, 2, 3]] }),
      'INVALID_ARGUMENT',
      'array of 3',
    ],
    [
      'an analogy with NaN',
      () => ask('analogy', { positive: [Float32Array.of(1, nan)] }),
      'NON_FINITE',
      'coordinate 1',
    ],
    ['a weight NaN', () => ask('analogy', { positive: [['king', nan]] }), 'INVALID_ARGUMENT', 'NaN', 'king'],
    [
      'a weight that is a string',
      () => ask('combine', { positive: [['king', '2']] }),
      'INVALID_ARGUMENT',
      'weight',
      '2',
    ],
    [
      'a sum beyond float32',
      () => ask('analogy', { positive: [['king', 1e300]] }),
      'NON_FINITE',
      'coordinate 0',
    ],
    ['a negative number of samples', () => ask('randomIds', -1), 'INVALID_ARGUMENT', 'got -1'],
    ['a fractional number of samples', () => ask('randomIds', 1.5), 'INVALID_ARGUMENT', 'got 1.5'],
    ['a fractional seed', () => ask('randomIds', 1, { seed: 0.5 }), 'INVALID_ARGUMENT', 'got 0.5'],
  ]

  test.each(cases)('%s', async (_, action, code, ...named) => {
    table.current = await EmbeddingTable.from(rows, { dimension: 2, tokens })
    const before = nearest(0).toArray()
    await expectRejection(action, code, ...named)
    expect(nearest(0).toArray()).toEqual(before)
  })

  test('by name, in a table without tokens', async () => {
    table.current = await EmbeddingTable.from(rows, { dimension: 2 })
    await expectRejection(() => nearest('king'), 'NO_TOKENS', '"king"', 'use ids')
  })

  test('by whatever a filter or a list throws', async () => {
    table.current = await EmbeddingTable.from(rows, { dimension: 2, tokens })
    const before = nearest(0).toArray()
    const reason = new Error('not today')
    const throwing = () => {
      throw reason
    }
    function* half() {
      yield 1
      throwing()
    }
    expect(await failure(() => nearest(0, { filter: throwing }))).toBe(reason)
    expect(await failure(() => nearest(0, { exclude: half() }))).toBe(reason)
    expect(nearest(0).toArray()).toEqual(before)
  })
})

describe('an IdSet is rejected', () => {
  const cases: Case[] = [
    ['a negative size', () => new IdSet(-1), 'INVALID_ARGUMENT', 'got -1'],
    ['a fractional size', () => new IdSet(1.5), 'INVALID_ARGUMENT', 'got 1.5'],
    ['an id out of range', () => new IdSet(3).add(3), 'ID_OUT_OF_RANGE', 'id 3'],
    ['an id out of range among others', () => IdSet.from(3, [0, -1]), 'ID_OUT_OF_RANGE', 'id -1'],
  ]
  test.each(cases)('%s', async (_, action, code, ...named) => expectRejection(action, code, ...named))
})
