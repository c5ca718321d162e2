/** Rows and options that no table can be made from: each has a code, and a message that names the value. */
import { describe, expect, test } from 'vitest'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { type Case, expectRejection, failure, type Untyped } from './rejection.ts'

const make = (rows: unknown, options?: unknown) => (EmbeddingTable as Untyped).from(rows, options)
const fill = (shape: unknown, write: unknown, options?: unknown) =>
  (EmbeddingTable as Untyped).fill(shape, write, options)
const nan = Number.NaN
const nothing = () => undefined

describe('a table is not made from', () => {
  const cases: Case[] = [
    ['nothing', () => make(undefined, { dimension: 2 }), 'INVALID_ARGUMENT', 'undefined'],
    ['a string', () => make('1 2', { dimension: 1 }), 'INVALID_ARGUMENT', '"1 2"'],
    ['an object', () => make({ length: 2 }, { dimension: 1 }), 'INVALID_ARGUMENT', 'Object'],
    [
      '64-bit whole numbers',
      () => make(new BigInt64Array(2), { dimension: 1 }),
      'INVALID_ARGUMENT',
      'BigInt64Array',
    ],
    ['no options', () => make([1]), 'INVALID_ARGUMENT', 'dimension', 'undefined'],
    ['no rows', () => make([], { dimension: 2 }), 'INVALID_ARGUMENT', 'size', 'got 0'],
    ['dimension 0', () => make([1], { dimension: 0 }), 'INVALID_ARGUMENT', 'dimension', 'got 0'],
    ['a negative dimension', () => make([1], { dimension: -3 }), 'INVALID_ARGUMENT', 'dimension', 'got -3'],
    [
      'a fractional dimension',
      () => make([1, 2], { dimension: 1.5 }),
      'INVALID_ARGUMENT',
      'dimension',
      'got 1.5',
    ],
    ['dimension NaN', () => make([1], { dimension: nan }), 'INVALID_ARGUMENT', 'dimension', 'got NaN'],
    [
      'numbers that are not whole rows',
      () => make([1, 2, 3], { dimension: 2 }),
      'LENGTH_MISMATCH',
      '3 numbers',
      'dimension 2',
      '1 are left over',
    ],
    ['NaN', () => make([1, 2, 3, nan], { dimension: 2 }), 'NON_FINITE', 'row 1', 'NaN', 'column 1'],
    [
      'infinity',
      () => make([1, -Infinity, 3, nan], { dimension: 2 }),
      'NON_FINITE',
      'row 0',
      '-Infinity',
      'column 1',
    ],
    ['numbers beyond float32', () => make([1, 1e39], { dimension: 1 }), 'NON_FINITE', 'row 1', 'column 0'],
    ['words', () => make([1, 'x'], { dimension: 1 }), 'INVALID_ARGUMENT', '"x"', 'coordinate 1'],
    [
      'too few tokens',
      () => make([1, 2], { dimension: 1, tokens: ['a'] }),
      'LENGTH_MISMATCH',
      '1 tokens',
      '2 rows',
    ],
    [
      'too many tokens',
      () => make([1], { dimension: 1, tokens: ['a', 'b'] }),
      'LENGTH_MISMATCH',
      '2 tokens',
      '1 rows',
    ],
    [
      'tokens that are numbers',
      () => make([1, 2], { dimension: 1, tokens: ['a', 7] }),
      'INVALID_ARGUMENT',
      'token 1',
      '7',
    ],
    ['tokens in one string', () => make([1, 2], { dimension: 1, tokens: 'ab' }), 'INVALID_ARGUMENT', '"ab"'],
    [
      'an unknown nonFinite',
      () => make([1], { dimension: 1, nonFinite: 'ignore' }),
      'INVALID_ARGUMENT',
      'nonFinite',
      'ignore',
    ],
    ['a size of 0', () => fill({ size: 0, dimension: 1 }, nothing), 'INVALID_ARGUMENT', 'size', 'got 0'],
    [
      'a size of NaN',
      () => fill({ size: nan, dimension: 1 }, nothing),
      'INVALID_ARGUMENT',
      'size',
      'got NaN',
    ],
    [
      'more rows filled than there is room for',
      () => fill({ size: 2, dimension: 1 }, () => ({ size: 3 })),
      'INVALID_ARGUMENT',
      '3 rows',
      'room for 2',
    ],
    [
      'a negative number of rows filled',
      () => fill({ size: 2, dimension: 1 }, () => ({ size: -1 })),
      'INVALID_ARGUMENT',
      'got -1',
    ],
    [
      'half a row filled',
      () => fill({ size: 2, dimension: 1 }, () => ({ size: 1.5 })),
      'INVALID_ARGUMENT',
      'got 1.5',
    ],
  ]
  test.each(cases)('%s', async (_, action, code, ...named) => expectRejection(action, code, ...named))

  test('a writer that throws: the error comes through', async () => {
    const reason = new Error('the disk is gone')
    const throwing = () => {
      throw reason
    }
    expect(await failure(() => fill({ size: 2, dimension: 1 }, throwing))).toBe(reason)
    expect(await failure(() => fill({ size: 2, dimension: 1 }, async () => throwing()))).toBe(reason)
  })
})
