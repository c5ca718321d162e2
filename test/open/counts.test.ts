/** Counts of tokens: from files of words and counts, and from fastText models. */
import { describe, expect, test } from 'vitest'
import { KeyedVectors } from '../../src/keyed-vectors/keyed-vectors.ts'
import { openTable } from '../../src/open/open-table.ts'
import { fastText } from '../formats/fasttext-files.ts'
import { ascii, rejection } from '../formats/files.ts'
import { npy } from '../formats/packed-files.ts'

const TEXT = ascii('3 2\na 1 0\nb 1 1\nNew York 0 1\n')
// as word2vec -save-vocab writes it; a word of another table, and one missing
const COUNTS = ascii('</s> 9\nNew York 1007\nb 0\r\n\na\t5\na 6\n')

test('by id, 0 for words that the file does not have', async () => {
  using table = await openTable(TEXT, { counts: COUNTS })
  expect(Array.from(table.vocabulary?.counts ?? [])).toEqual([6, 0, 1_007])
  expect([table.id('b'), table.token(2), table.vocabulary?.size]).toEqual([1, 'New York', 3])
  using cut = await openTable(TEXT, { counts: COUNTS, limit: 1 })
  expect(Array.from(cut.vocabulary?.counts ?? [])).toEqual([6])
  using named = await openTable(npy('<f4', [2, 1], Float32Array.of(1, 2)), {
    counts: COUNTS,
    words: ascii('b\na'),
  })
  expect(Array.from(named.vocabulary?.counts ?? [])).toEqual([0, 6])
  using given = await openTable(npy('<f4', [2, 1], Float32Array.of(1, 2)), {
    counts: COUNTS,
    tokens: ['a', 'x'],
  })
  expect(Array.from(given.vocabulary?.counts ?? [])).toEqual([6, 0])
  using none = await openTable(TEXT)
  expect(none.vocabulary?.counts).toBeUndefined()
})

test('are cut as tokens are', async () => {
  using table = await openTable(TEXT, { counts: COUNTS })
  const tokens = table.vocabulary
  using cut = await openTable(npy('<f4', [3, 1], Float32Array.of(1, 2, 3)), { tokens, limit: 1 })
  expect(Array.from(cut.vocabulary?.counts ?? [])).toEqual([6])
})

test('of a fastText model: its own, unless a file is given', async () => {
  const model = fastText({ words: ['a', 'b', 'c'], dimension: 2, buckets: 4, counts: [90, 2 ** 40, 1] })
  using table = await openTable(model)
  expect(Array.from(table.vocabulary?.counts ?? [])).toEqual([90, 2 ** 40, 1])
  using cut = await openTable(model, { limit: 2 })
  expect(Array.from(cut.vocabulary?.counts ?? [])).toEqual([90, 2 ** 40])
  using other = await openTable(model, { counts: COUNTS })
  expect(Array.from(other.vocabulary?.counts ?? [])).toEqual([6, 0, 0])
})

describe('in KeyedVectors', () => {
  test('getVecattr gives the count of a key, and rows are sorted by it', async () => {
    using table = await openTable(TEXT, { counts: COUNTS })
    const vectors = new KeyedVectors(table)
    expect([vectors.getVecattr('a', 'count'), vectors.getVecattr(2, 'count')]).toEqual([6, 1_007])
    const sorted = await vectors.sortByDescendingFrequency()
    expect([0, 1, 2].map((id) => sorted.table.token(id))).toEqual(['New York', 'a', 'b'])
    sorted.table.dispose()
    expect(() => vectors.getVecattr('x', 'count')).toThrow('is not a token')
    expect(() => vectors.getVecattr('a', 'offset' as 'count')).toThrow("attribute must be 'count'; got")
  })

  test('a table without counts says how to get them', async () => {
    using table = await openTable(TEXT)
    const vectors = new KeyedVectors(table)
    expect(() => vectors.getVecattr('a', 'count')).toThrow('open it with { counts }')
    expect((await rejection(vectors.sortByDescendingFrequency())).code).toBe('NOT_FOUND')
  })
})

describe('what is rejected', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['a word alone', ascii('a 1\nb\n'), /line 2 ends in "b"; a word and its count were expected/],
    ['a number alone', ascii('12\n'), /line 1/],
    ['a count that is no integer', ascii('a 1.5\n'), /line 1 ends in "1.5"/],
    ['a count below 0', ascii('a -1\n'), /line 1 ends in "-1"/],
    ['a count that JavaScript cannot hold', ascii(`a ${'9'.repeat(17)}\n`), /line 1/],
    ['a long field', ascii(`a ${'x'.repeat(10_000)}\n`), /line 1 ends in "x{40}"/],
    ['a line without an end', ascii('a'.repeat(3_000_000)), /is longer than/],
    ['words of another table', ascii('x 1\ny 2\n'), /has 2 counts and none of the words of this table/],
    ['nothing', new Uint8Array(), /has 0 counts/],
    ['vectors', ascii('2 2\na 1 0\nb 1 1\n'), /none of the words/],
  ])('%s', async (_, counts, message) => {
    const error = await rejection(openTable(TEXT, { counts }))
    expect(error.code).toBe('INVALID_FORMAT')
    expect(error.message).toMatch(message)
    expect(error.message.length).toBeLessThan(300)
  })

  test('counts of rows without tokens', async () => {
    const rows = npy('<f4', [2, 1], Float32Array.of(1, 2))
    expect((await rejection(openTable(rows, { counts: COUNTS }))).code).toBe('NO_TOKENS')
    expect((await rejection(openTable(TEXT, { counts: 5 as never }))).code).toBe('INVALID_ARGUMENT')
    const bad = await rejection(openTable(TEXT, { counts: Uint8Array.of(0xff, 0x20, 0x31) }))
    expect(bad.code).toBe('INVALID_ENCODING')
  })
})
